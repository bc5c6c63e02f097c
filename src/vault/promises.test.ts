import { randomUUID } from 'node:crypto'
import { vaultKeepsItsPromises } from '../../test/support/vault-promises.ts'
import type { Exchange, Reply } from '../model/exchange.ts'
import type { EdcRequest } from '../simulator/edc/answers.ts'
import { OpenBao } from '../simulator/edc/openbao.ts'
import { Vault } from './vault.ts'

vaultKeepsItsPromises('the built-in cluster', async () => {
  const server = new OpenBao({ now: Date.now, random: randomUUID })
  const send = async ({ method, path, headers, body = '' }: Exchange): Promise<Reply> => {
    const [place = '', query = ''] = path.split('?')
    const request: EdcRequest = { method, path: place, query: new URLSearchParams(query), headers, body }
    const answer = server.answer(request)
    return { status: answer.status, contentType: answer.headers['content-type'], text: answer.body }
  }
  const { signal } = new AbortController()
  const renewal = { method: 'POST', path: '/v1/auth/token/renew-self', maxBytes: 1e6, signal } as const
  return {
    vault: new Vault({ send, target: 'vault of "acme"' }),
    restart: async () => server.seal(),
    renew: async (token) => (await send({ ...renewal, headers: { 'x-vault-token': token } })).status,
    [Symbol.asyncDispose]: async () => undefined,
  }
})
