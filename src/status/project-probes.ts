/** Keeps of a container's probes what they ask, in words for people, and how long their failures are part of a start. */
import type { Container, HTTPGetAction, Probe } from 'kubernetes-types/core/v1.d.ts'
import type { ObservedProbe } from '../model/observed.ts'
import { probeBudgetMs } from './defaults.ts'

const LONGEST_COMMAND = 80

/** Startup, readiness, liveness: those that there are, in this order. */
export function readProbes(container: Container): readonly ObservedProbe[] {
  const { startupProbe, readinessProbe, livenessProbe } = container
  const probes = { startup: startupProbe, readiness: readinessProbe, liveness: livenessProbe }
  return KINDS.flatMap((kind) => {
    const probe = probes[kind] ?? undefined
    return probe === undefined
      ? []
      : [{ kind, asks: asksOf(probe, container), budgetMs: probeBudgetMs(probe) }]
  })
}

const KINDS = ['startup', 'readiness', 'liveness'] as const

function asksOf({ httpGet, tcpSocket, exec, grpc }: Probe, container: Container): string {
  if (httpGet) return `GET ${addressOf(httpGet, container)}`
  if (tcpSocket) return `tcp ${tcpSocket.host ?? ''}:${numberOf(tcpSocket.port, container)}`
  if (exec) return `exec ${shorten((exec.command ?? []).join(' '))}`
  return grpc ? `grpc :${grpc.port}` : ''
}

/** `:8080/api/check/readiness`; with scheme and host only where they are not the usual ones. */
function addressOf({ scheme, host = '', port, path = '' }: HTTPGetAction, container: Container): string {
  const prefix = scheme === 'HTTPS' ? 'https://' : ''
  return `${prefix}${host}:${numberOf(port, container)}${path}`
}

/** Ports are given by number, or by the name that the container gives them. */
function numberOf(port: string | number, { ports }: Container): string {
  const named = (ports ?? []).find(({ name }) => name === port)
  return String(named?.containerPort ?? port ?? '')
}

function shorten(command: string): string {
  return command.length <= LONGEST_COMMAND ? command : `${command.slice(0, LONGEST_COMMAND - 1)}…`
}
