/** Throw-away certificates for tests of TLS. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface KeyPair {
  readonly key: string
  readonly cert: string
}

/** False where there is no openssl; tests of TLS are then left out. */
export function canSelfSign(): boolean {
  return spawnSync('openssl', ['version']).status === 0
}

/** A certificate for 127.0.0.1 that is its own authority, valid for a day, as PEM. */
export async function selfSigned(commonName: string): Promise<KeyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'self-signed-'))
  const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const subject = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', keyPath, '-out', certPath]
    await promisify(execFile)('openssl', ['req', '-x509', '-days', '1', ...curve, ...subject, ...files])
    return { key: await readFile(keyPath, 'utf8'), cert: await readFile(certPath, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}
