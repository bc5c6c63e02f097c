import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { didWebUsesHttps, dspCallbackUrl, ENDPOINTS } from './addresses.ts'
import { DEFAULT_PROFILE } from './default-profile.ts'

const callback = (host: string): string =>
  dspCallbackUrl({
    name: 'acme',
    uid: 'uid',
    profile: DEFAULT_PROFILE,
    spec: {
      did: 'did:web:acme.example',
      host,
      mode: 'Managed',
      profile: 'default',
      suspended: false,
      deletionPolicy: 'Delete',
    },
  })

describe('the public address of a participant', () => {
  const addresses: Readonly<Record<string, string>> = {
    'dataspace.example': 'https://acme.dataspace.example/api/dsp',
    'dataspace.example:8443': 'https://acme.dataspace.example:8443/api/dsp',
    localhost: 'http://acme.localhost/api/dsp',
    'LOCALHOST:8080': 'http://acme.LOCALHOST:8080/api/dsp',
    'kind.local': 'http://acme.kind.local/api/dsp',
    '10.1.2.3': 'http://10.1.2.3/acme/api/dsp',
    '10.1.2.3:31000': 'http://10.1.2.3:31000/acme/api/dsp',
    '[::1]:80': 'http://[::1]:80/acme/api/dsp',
  }
  for (const [host, address] of Object.entries(addresses))
    it(`is ${address} on ${host}`, () => {
      assert.equal(callback(host), address)
      assert.doesNotThrow(() => new URL(address))
    })
})

describe('DID documents', () => {
  const https = ['did:web:acme.example', 'did:web:acme.example%3A8443:members:a', 'did:key:z6Mk']
  const http = [
    'did:web:localhost',
    'did:web:localhost%3a17083:acme',
    'did:web:127.0.0.1%3A80:a',
    'did:web:hub.local',
    'did:web:hub',
  ]
  for (const did of https)
    it(`are fetched by https where participants are called ${did}`, () =>
      assert.equal(didWebUsesHttps(did), true))
  for (const did of http)
    it(`are fetched by http where participants are called ${did}`, () =>
      assert.equal(didWebUsesHttps(did), false))
})

describe('the endpoints of the runtimes', () => {
  it('have each a port of their own, so that several runtimes fit on one machine', () => {
    const ports = Object.values(ENDPOINTS).flatMap((endpoints) =>
      Object.values(endpoints).map(({ port }) => port),
    )
    assert.equal(new Set(ports).size, ports.length)
  })

  it('have names that fit a port of Kubernetes', () => {
    for (const endpoints of Object.values(ENDPOINTS))
      for (const name of Object.keys(endpoints)) assert.match(name, /^[a-z]{1,15}$/u)
  })
})
