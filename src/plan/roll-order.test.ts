/** Tests whose turn it is: which changes of a plan are carried out now, and which wait for the pods of another component. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../model/kubernetes.ts'
import {
  COMPONENT_LABEL,
  FIELD_MANAGER,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  PARTICIPANT_LABEL,
  REPLACING_ANNOTATION,
} from '../model/names.ts'
import { type ComponentName, COMPONENTS } from '../model/participant.ts'
import type { PlanStep } from './plan.ts'
import { imageOf, type Mark, markOf, withMark } from './replacing.ts'
import { planInOrder, type RollOrder } from './roll-order.ts'

type Images = Partial<Readonly<Record<ComponentName, string>>>

function object(kind: string, component: ComponentName, more: object): KubeObject {
  const labels = {
    [COMPONENT_LABEL]: component,
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [PARTICIPANT_LABEL]: 'acme',
  }
  const apps = kind === 'Deployment' || kind === 'StatefulSet'
  return {
    apiVersion: apps ? 'apps/v1' : 'v1',
    kind,
    metadata: { namespace: 'acme', name: component, labels },
    ...more,
  }
}

const kindOf = (component: ComponentName): string =>
  component === 'postgres' || component === 'vault' ? 'StatefulSet' : 'Deployment'

/** A ConfigMap and a workload per component; by default image and setting `1`. */
function wanted(images: Images = {}, replicas = 1): readonly KubeObject[] {
  const version = (component: ComponentName): string => images[component] ?? '1'
  return [
    ...COMPONENTS.map((name) => object('ConfigMap', name, { data: { VERSION: version(name) } })),
    ...COMPONENTS.map((name) => {
      const containers = [{ name, image: version(name) }]
      return object(kindOf(name), name, { spec: { replicas, template: { spec: { containers } } } })
    }),
  ]
}

/** As the server stores what we applied. */
function applied(objects: readonly KubeObject[], marks: Partial<Record<ComponentName, Mark>> = {}) {
  return objects.map((each): KubeObject => {
    const mark = each.kind === 'ConfigMap' ? undefined : marks[each.metadata.name as ComponentName]
    const held = mark === undefined ? each : withMark(each, mark)
    return { ...held, metadata: { ...held.metadata, managedFields: [ours(mark)] } as KubeObject['metadata'] }
  })
}

function ours(mark: Mark | undefined): object {
  const annotations = { 'f:annotations': { [`f:${REPLACING_ANNOTATION}`]: {} } }
  const fieldsV1 = { 'f:metadata': mark === undefined ? {} : annotations }
  return { manager: FIELD_MANAGER.reconcile, operation: 'Apply', fieldsV1 }
}

const NOW = '2026-02-02T02:02:02Z'
const EARLIER = '2026-01-01T00:00:00Z'

/** `unfinished`: components whose pods do not all run. */
function order(
  want: readonly KubeObject[],
  live: readonly KubeObject[],
  unfinished: readonly ComponentName[] = [],
): RollOrder {
  const isRolledOut = ({ metadata }: KubeObject): boolean =>
    !unfinished.includes(metadata.name as ComponentName)
  return planInOrder(want, live, { isRolledOut, now: NOW })
}

const written = (steps: readonly PlanStep[]): readonly string[] =>
  steps
    .filter((step) => step.do !== 'leave')
    .map((step) => `${step.do} ${step.object.kind} ${step.object.metadata.name}`)

const turnOf = ({ turn }: RollOrder): readonly unknown[] => [turn?.component, turn?.waiting]
const all = (image: string): Images => Object.fromEntries(COMPONENTS.map((name) => [name, image]))

describe('the order of a plan', () => {
  it('makes everything that is missing at once', () => {
    const { now, held, turn } = order(wanted(), [])
    assert.equal(now.length, 2 * COMPONENTS.length)
    assert.deepEqual([held, turn], [[], undefined])
    assert.ok(now.every((step) => step.object.metadata.annotations === undefined))
  })

  it('gives the first component whose pods have to be replaced its turn, and holds back the later ones whole', () => {
    const found = order(wanted({ ...all('2'), vault: '1' }), applied(wanted()))
    assert.deepEqual(turnOf(found), ['postgres', ['identityhub', 'controlplane', 'dataplane']])
    assert.deepEqual(written(found.now), ['apply ConfigMap postgres', 'apply StatefulSet postgres'])
    assert.deepEqual(written(found.held).slice(0, 3), [
      'apply ConfigMap identityhub',
      'apply Deployment identityhub',
      'apply ConfigMap controlplane',
    ])
  })

  it('marks the workload in the write that changes its template, with what ran before', () => {
    const { now, turn } = order(wanted({ vault: '2' }), applied(wanted()))
    const vault = now.find((step) => step.do === 'apply' && step.object.kind === 'StatefulSet')
    assert.equal(
      vault?.object.metadata.annotations?.[REPLACING_ANNOTATION],
      JSON.stringify({ since: NOW, image: '1' }),
    )
    assert.deepEqual([turn?.mark.image, turn?.image, turn?.live], ['1', '2', undefined])
  })

  it('writes nothing more of any component while the pods of one are replaced', () => {
    const live = applied(wanted({ postgres: '2' }), { postgres: { since: EARLIER, image: '1' } })
    const found = order(wanted(all('2')), live, ['postgres'])
    assert.deepEqual(turnOf(found), ['postgres', ['vault', 'identityhub', 'controlplane', 'dataplane']])
    assert.deepEqual(written(found.now), [])
    assert.equal(found.turn?.live?.metadata.name, 'postgres')
    assert.deepEqual(found.turn?.mark, { since: EARLIER, image: '1' })
  })

  it('takes the mark away when they run, and begins with the next in the same pass', () => {
    const live = applied(wanted({ postgres: '2' }), { postgres: { since: EARLIER, image: '1' } })
    const found = order(wanted(all('2')), live)
    assert.deepEqual(turnOf(found), ['vault', ['identityhub', 'controlplane', 'dataplane']])
    assert.deepEqual(written(found.now), [
      'apply ConfigMap vault',
      'apply StatefulSet postgres',
      'apply StatefulSet vault',
    ])
    const postgres = found.now.find(({ object: { metadata } }) => metadata.name === 'postgres')
    assert.equal(postgres?.object.metadata.annotations, undefined)
  })

  it('waits for the last one too', () => {
    const live = applied(wanted(all('2')), { dataplane: { since: EARLIER, image: '1' } })
    assert.deepEqual(turnOf(order(wanted(all('2')), live, ['dataplane'])), ['dataplane', []])
    const found = order(wanted(all('2')), live)
    assert.deepEqual([found.turn, written(found.now)], [undefined, ['apply Deployment dataplane']])
  })

  it('remembers what ran before the first of several attempts', () => {
    const live = applied(wanted({ vault: '2' }), { vault: { since: EARLIER, image: '1' } })
    const { turn } = order(wanted({ vault: '3' }), live, ['vault'])
    assert.deepEqual(turn?.mark, { since: NOW, image: '1' })
    assert.equal(turn?.live, undefined)
  })

  it('waits for nobody who is unwell for another reason', () => {
    const found = order(wanted({ dataplane: '2' }), applied(wanted()), ['postgres', 'identityhub'])
    assert.deepEqual(turnOf(found), ['dataplane', []])
    assert.equal(order(wanted(), applied(wanted()), ['postgres']).turn, undefined)
  })

  it('believes only its own mark', () => {
    const [annotated] = applied(wanted(), { postgres: { since: EARLIER } }).slice(COMPONENTS.length)
    assert.ok(annotated)
    assert.ok(markOf(annotated))
    const byOthers = { ...annotated, metadata: { ...annotated.metadata, managedFields: [] } } as KubeObject
    assert.equal(markOf(byOthers), undefined)
  })

  it('changes at once what replaces no pod, also while somebody else has the turn', () => {
    const found = order(wanted({ postgres: '2', dataplane: '2' }, 3), applied(wanted()))
    assert.deepEqual(written(found.now), [
      'apply ConfigMap postgres',
      'apply StatefulSet postgres',
      'apply StatefulSet vault',
      'apply Deployment identityhub',
      'apply Deployment controlplane',
    ])
    assert.deepEqual(written(found.held), ['apply ConfigMap dataplane', 'apply Deployment dataplane'])
  })

  it('keeps the mark through a change that replaces no pod', () => {
    const live = applied(wanted({ vault: '2' }), { vault: { since: EARLIER, image: '1' } })
    const { now } = order(wanted({ vault: '2' }, 3), live, ['vault'])
    const vault = now.find(
      ({ object: { kind, metadata } }) => kind === 'StatefulSet' && metadata.name === 'vault',
    )
    assert.deepEqual(vault?.do === 'apply' && vault.differences.map(({ path }) => path), ['spec.replicas'])
    assert.ok(vault?.object.metadata.annotations?.[REPLACING_ANNOTATION])
  })

  it('deletes nothing before the last turn is over', () => {
    const relic = applied([
      {
        ...object('ConfigMap', 'vault', {}),
        metadata: { ...object('ConfigMap', 'vault', {}).metadata, name: 'relic' },
      },
    ])
    const marked = applied(wanted({ vault: '2' }), { vault: { since: EARLIER } })
    const during = order(wanted({ vault: '2' }), [...marked, ...relic], ['vault'])
    assert.deepEqual([written(during.now), written(during.held)], [[], ['prune ConfigMap relic']])
    const after = order(wanted({ vault: '2' }), [...marked, ...relic])
    assert.deepEqual(written(after.now), ['apply StatefulSet vault', 'prune ConfigMap relic'])
  })

  it('makes what is missing before it replaces what comes after it', () => {
    const live = applied(wanted()).filter(
      ({ kind, metadata }) => !(kind === 'StatefulSet' && metadata.name === 'vault'),
    )
    const found = order(wanted(all('2')), live)
    assert.deepEqual(turnOf(found), ['postgres', ['identityhub', 'controlplane', 'dataplane']])
    const only = order(wanted({ dataplane: '2' }), live)
    assert.deepEqual(turnOf(only), ['vault', ['dataplane']])
    const vault = only.now.find((step) => step.do === 'create')
    assert.equal(vault && imageOf(vault.object), '1')
    assert.ok(vault?.object.metadata.annotations?.[REPLACING_ANNOTATION])
    assert.equal(order(wanted(), live).turn, undefined)
  })
})
