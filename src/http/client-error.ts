/** Answers what is not even HTTP, or does not arrive in time: no route, no hook and no reply object is there for it. */
import type { Socket } from 'node:net'
import type { ErrorBody } from '../contract/errors.ts'

const ANSWERS: Readonly<Record<string, readonly [status: string, details: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers have more than 16 kB'],
}

export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, details] = ANSWERS[error.code ?? ''] ?? ['400 Bad Request', 'the request is not valid HTTP']
  const body = JSON.stringify({ error: status.slice(4), details } satisfies ErrorBody)
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
