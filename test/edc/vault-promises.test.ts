import { openWeb } from '../../src/edc/web.ts'
import { Vault } from '../../src/vault/vault.ts'
import { openFolder } from '../support/folder.ts'
import { vaultKeepsItsPromises } from '../support/vault-promises.ts'
import { call } from './support/http.ts'
import { openBao } from './support/openbao.ts'

vaultKeepsItsPromises('a real OpenBao', async () => {
  await using stack = new AsyncDisposableStack()
  const bao = stack.use(await openBao(stack.use(await openFolder())))
  const web = stack.use(openWeb())
  await bao.start()
  const owned = stack.move()
  return {
    vault: new Vault({ send: web.to(new URL(bao.url)), target: 'vault of "acme"' }),
    async restart() {
      await bao.stop()
      await bao.start()
    },
    renew: async (token) =>
      (await call(`${bao.url}/v1/auth/token/renew-self`, { headers: { 'x-vault-token': token }, body: {} }))
        .status,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
})
