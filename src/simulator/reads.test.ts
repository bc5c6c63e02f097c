/** Lists over HTTP: order, pages, versions, selectors. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  configMap,
  CONFIG_MAPS,
  openTestServer,
  type Reading,
  type TestServer,
  widget,
  widgetDefinition,
  WIDGETS,
} from './for-tests.ts'

async function openWith(...names: readonly string[]): Promise<TestServer> {
  const api = await openTestServer()
  for (const name of names)
    await api.call('POST', CONFIG_MAPS, { body: configMap(name, {}, { labels: { name } }) })
  return api
}

async function list(api: TestServer, query: string): Promise<Reading> {
  const { code, body } = await api.call('GET', `${CONFIG_MAPS}?${query}`)
  assert.equal(code, 200, body.message)
  return body
}

function namesIn({ items }: Reading): string {
  return items.map(({ metadata }) => metadata.name).join(' ')
}

describe('lists of the built-in API server', () => {
  it('come in the order of names, without repeating what the items are', async () => {
    await using api = await openWith('b', 'c', 'a')
    const body = await list(api, '')
    assert.equal(body.kind, 'ConfigMapList')
    assert.equal(namesIn(body), 'a b c')
    assert.equal(body.items[0]?.kind, undefined)
  })

  it('repeat what the items are for custom resources', async () => {
    await using api = await openTestServer()
    api.server.installCrd(widgetDefinition())
    await api.apply(`${WIDGETS}/w`, widget('w', { color: 'red' }))
    assert.equal((await api.call('GET', WIDGETS)).body.items[0]?.kind, 'Widget')
  })

  it('show in all their pages what was there when the first was asked for', async () => {
    await using api = await openWith('a', 'b', 'c', 'd')
    const first = await list(api, 'limit=2')
    assert.equal(namesIn(first), 'a b')
    assert.equal(first.metadata.remainingItemCount, 2)
    await api.call('DELETE', `${CONFIG_MAPS}/c`)
    await api.call('POST', CONFIG_MAPS, { body: configMap('bb') })
    const second = await list(api, `limit=2&continue=${first.metadata.continue}`)
    assert.equal(namesIn(second), 'c d')
    assert.equal(second.metadata.continue, undefined)
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
    assert.equal(namesIn(await list(api, '')), 'a b bb d')
  })

  it('expire when their first page is too old, and offer to go on with the state of now', async () => {
    await using api = await openWith('a', 'b', 'c')
    const first = await list(api, 'limit=1')
    await api.call('POST', CONFIG_MAPS, { body: configMap('bb') })
    api.server.faults.forgetHistory()
    const aged = await api.call('GET', `${CONFIG_MAPS}?limit=9&continue=${first.metadata.continue}`)
    assert.deepEqual([aged.code, aged.body.reason], [410, 'Expired'])
    assert.equal(namesIn(await list(api, `limit=9&continue=${aged.body.metadata.continue}`)), 'b bb c')
  })

  it('show the state of an exact version, and the latest for a version that must only be reached', async () => {
    await using api = await openWith('a')
    const { resourceVersion } = (await list(api, '')).metadata
    await api.call('POST', CONFIG_MAPS, { body: configMap('b') })
    assert.equal(
      namesIn(await list(api, `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`)),
      'a',
    )
    assert.equal(namesIn(await list(api, `resourceVersion=${resourceVersion}`)), 'a b')
    assert.equal(namesIn(await list(api, `resourceVersion=0&limit=1`)), 'a b')
    const future = await api.call('GET', `${CONFIG_MAPS}?resourceVersion=999999`)
    assert.equal(future.code, 504)
    assert.equal(future.body.details.causes[0]?.reason, 'ResourceVersionTooLarge')
  })

  it('are narrowed by label selectors', async () => {
    await using api = await openWith('a', 'b')
    await api.call('POST', CONFIG_MAPS, { body: configMap('bare') })
    const selected = async (selector: string): Promise<string> =>
      namesIn(await list(api, `labelSelector=${encodeURIComponent(selector)}`))
    assert.equal(await selected('name=a'), 'a')
    assert.equal(await selected('name==b'), 'b')
    assert.equal(await selected('name!=a'), 'b bare')
    assert.equal(await selected('name in (a, b),name notin (b)'), 'a')
    assert.equal(await selected('name'), 'a b')
    assert.equal(await selected('!name'), 'bare')
    for (const wrong of ['=a', 'name in a', 'name in (a', 'name=a b', 'name=%', 'a/b/c=d', 'name=a,']) {
      const { code } = await api.call('GET', `${CONFIG_MAPS}?labelSelector=${encodeURIComponent(wrong)}`)
      assert.equal(code, 400, wrong)
    }
  })

  it('are narrowed by the name, and by no field that is not indexed', async () => {
    await using api = await openWith('a', 'b')
    assert.equal(namesIn(await list(api, 'fieldSelector=metadata.name%3Da')), 'a')
    assert.equal((await api.call('GET', `${CONFIG_MAPS}?fieldSelector=data.x%3Da`)).code, 400)
  })

  it('span all namespaces when none is named', async () => {
    await using api = await openWith('a')
    await api.call('POST', '/api/v1/namespaces/kube-public/configmaps', { body: configMap('z') })
    assert.equal(namesIn((await api.call('GET', '/api/v1/configmaps')).body), 'a z')
    assert.equal(namesIn((await api.call('GET', '/api/v1/namespaces/none/configmaps')).body), '')
  })

  it('refuse limits, versions and tokens that cannot be read', async () => {
    await using api = await openWith('a')
    for (const query of ['limit=many', 'resourceVersion=x', 'continue=x', 'continue=e30'])
      assert.equal((await api.call('GET', `${CONFIG_MAPS}?${query}`)).code, 400, query)
    assert.equal((await api.call('GET', `${CONFIG_MAPS}?resourceVersionMatch=Exact`)).code, 422)
  })
})
