import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Place, Send } from '../model/exchange.ts'
import { byServiceName, byTemplate, readAddressTemplate } from './reach.ts'
import type { Web } from './web.ts'

const PLACE: Place = { participant: 'acme', service: 'identityhub', port: 17_081 }

/** Tells where it would send to. */
class Addresses implements Web {
  readonly asked: string[] = []

  to(base: URL): Send {
    this.asked.push(base.href)
    return async () => ({ status: 200, contentType: undefined, text: '' })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

describe('a participant is reached', () => {
  it('inside of the cluster by the names of its Services', () => {
    const web = new Addresses()
    byServiceName(web)(PLACE)
    assert.deepEqual(web.asked, ['http://identityhub.acme.svc:17081/'])
  })

  for (const [text, address] of [
    ['http://{participant}.example:{port}', 'http://acme.example:17081/'],
    ['https://gateway.example/{participant}/{service}/', 'https://gateway.example/acme/identityhub/'],
    ['http://127.0.0.1:8080/{participant}/{service}/{port}', 'http://127.0.0.1:8080/acme/identityhub/17081'],
  ] as const)
    it(`by the template ${text}`, () => {
      const [web, faults] = [new Addresses(), [] as string[]]
      const template = readAddressTemplate(text, faults)
      assert.ok(template, faults.join())
      byTemplate(web, template)(PLACE)
      assert.deepEqual(web.asked, [address])
    })
})

describe('a template for addresses', () => {
  for (const [text, fault] of [
    ['http://gateway.example:{port}', /must have \{participant\}/u],
    ['http://{participant}.example', /must have \{port\} or \{service\}/u],
    ['http://{participant}.{host}:{port}', /another placeholder/u],
    ['{participant}:{port}', /must (?:be an address|begin with)/u],
    ['ftp://{participant}.example:{port}', /must begin with http/u],
    ['http://user:word@{participant}.example:{port}', /no user and no password/u],
    ['http://{participant}.example:{port}/?token=x', /must end with its path/u],
    ['http://{participant}.example:{port}/#x', /must end with its path/u],
  ] as const)
    it(`is refused: ${text}`, () => {
      const faults: string[] = []
      assert.equal(readAddressTemplate(text, faults), undefined)
      assert.match(faults.join(), fault)
      assert.match(faults.join(), /^PARTICIPANT_ADDRESS .*, for example /u)
    })
})
