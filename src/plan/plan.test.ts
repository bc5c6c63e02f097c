import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../model/kubernetes.ts'
import { differencesIn } from './describe.ts'
import { hasChanges, plan } from './plan.ts'

type Json = { [name: string]: Json } | Json[] | string | number | boolean | null
type JsonObject = KubeObject & { [name: string]: Json }

/** Objects of one participant, and what a Kubernetes 1.36 API server made of them, recorded with kubectl. */
const recorded = (name: string): JsonObject[] =>
  JSON.parse(readFileSync(new URL(`testdata/acme.${name}.json`, import.meta.url), 'utf8')) as JsonObject[]

const wanted = recorded('wanted')
const live = recorded('live')
const named = (objects: readonly JsonObject[], kind: string, name: string): JsonObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  assert.ok(found, `${kind} ${name} is not in the recording`)
  return structuredClone(found)
}
const without = (objects: readonly JsonObject[], kind: string, name: string): JsonObject[] =>
  objects.filter((object) => object.kind !== kind || object.metadata.name !== name)

type Path = readonly (string | number)[]

function leavesOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [path]
  return Object.entries(value).flatMap(([key, child]) =>
    leavesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

/** A copy with the value at the path changed; undefined takes it out. */
function changedAt(object: JsonObject, path: Path, change: (value: Json) => Json | undefined): JsonObject {
  const copy = structuredClone(object)
  let holder = copy as unknown as Record<string | number, Json>
  for (const step of path.slice(0, -1)) holder = holder[step] as unknown as Record<string | number, Json>
  const last = path.at(-1) ?? ''
  const value = change(holder[last] ?? null)
  if (value !== undefined) holder[last] = value
  else if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete holder[last]
  return copy
}

const different = (value: Json): Json => {
  if (typeof value === 'number') return value + 7
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return `${value}-other`
  return 'something'
}

/** What makes an object another object, or stands for the same at the server (the keys of a list's items do not). */
const isIdentity = (path: Path): boolean =>
  ['apiVersion', 'kind', 'metadata.name', 'metadata.namespace'].includes(path.join('.'))

describe('the plan', () => {
  it('has nothing to write for objects as a real API server returns them, defaults and additions of others included', () => {
    const steps = plan(wanted, live)
    assert.deepEqual(
      steps.filter((step) => step.do !== 'leave'),
      [],
    )
    assert.equal(steps.length, wanted.length)
    assert.equal(hasChanges(steps), false)
  })

  it('creates what is missing, in the order given', () => {
    const steps = plan(wanted, [])
    assert.deepEqual(
      steps.map((step) => [step.do, step.object]),
      wanted.map((object) => ['create', object]),
    )
    assert.equal(hasChanges(steps), true)
  })

  it('notices every single wanted field that was changed in the cluster, and names it', () => {
    for (const object of wanted)
      for (const path of leavesOf(object).filter((leaf) => !isIdentity(leaf))) {
        const asked = changedAt(object, path, different)
        const [step] = plan([asked], [named(live, object.kind, object.metadata.name)])
        const what = `${object.kind} ${object.metadata.name} ${path.join('.')}`
        assert.ok(step !== undefined && differencesIn(step).length > 0, what)
      }
  })

  it('notices every single field that was applied once and is not wanted any more', () => {
    for (const object of wanted)
      for (const path of leavesOf(object).filter((leaf) => !isIdentity(leaf))) {
        // Left out, it is what the server puts in its place.
        if (path.at(-1) === 'protocol') continue
        // Inside the items of a list that is owned as a whole nobody can tell a leftover from a default.
        if (path.some((step) => step === 'items' || step === 'envFrom')) continue
        const asked = changedAt(object, path, () => undefined)
        const [step] = plan([asked], [named(live, object.kind, object.metadata.name)])
        const what = `${object.kind} ${object.metadata.name} ${path.join('.')}`
        assert.ok(step !== undefined && differencesIn(step).length > 0, what)
      }
  })

  it('does not take the order of objects or of their fields for a difference', () => {
    const shuffled = (value: Json): Json =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, child]) => [key, shuffled(child)]),
          )
    fc.assert(
      fc.property(fc.shuffledSubarray(live, { minLength: live.length, maxLength: live.length }), (mixed) => {
        const turned = mixed.map((object) => shuffled(object as unknown as Json) as unknown as JsonObject)
        assert.equal(hasChanges(plan(wanted, turned)), false)
      }),
      { numRuns: 20 },
    )
  })

  it('applies again what differs, with the live object to guard the write by', () => {
    const drifted = changedAt(named(live, 'Deployment', 'controlplane'), ['spec', 'replicas'], () => 3)
    const [step] = plan([named(wanted, 'Deployment', 'controlplane')], [drifted])
    assert.equal(step?.do, 'apply')
    assert.equal(step.live.metadata.uid, drifted.metadata.uid)
    assert.deepEqual(step.differences, [{ path: 'spec.replicas', wanted: 1, live: 3 }])
  })

  it('prunes what was ours and is not wanted any more, after everything else', () => {
    const steps = plan(without(wanted, 'ConfigMap', 'dataplane-settings'), live)
    assert.deepEqual(
      steps
        .filter((step) => step.do !== 'leave')
        .map((step) => [step.do, step.object.kind, step.object.metadata.name]),
      [['prune', 'ConfigMap', 'dataplane-settings']],
    )
    assert.equal(steps.at(-1)?.do, 'prune')
  })

  it('never prunes what somebody else applied with a copy of our labels', () => {
    const settings = named(live, 'ConfigMap', 'dataplane-settings')
    const copy = changedAt(settings, ['metadata', 'name'], () => 'copy')
    const byKubectl = structuredClone(copy) as unknown as {
      metadata: { managedFields: { manager: string }[] }
    }
    for (const entry of byKubectl.metadata.managedFields) entry.manager = 'kubectl-client-side-apply'
    assert.equal(hasChanges(plan(wanted, [...live, copy])), true)
    assert.equal(hasChanges(plan(wanted, [...live, byKubectl as unknown as JsonObject])), false)
  })

  it('never prunes what holds values or data that nobody can make again', () => {
    assert.equal(hasChanges(plan(without(wanted, 'PersistentVolumeClaim', 'postgres-data'), live)), false)
    const secret = { ...named(live, 'ConfigMap', 'dataplane-settings'), kind: 'Secret' }
    assert.equal(hasChanges(plan(wanted, [...live, secret])), false)
  })

  it('never prunes what Kubernetes made with the labels of ours: Endpoints, ReplicaSets, pods', () => {
    const { metadata } = named(live, 'Service', 'vault')
    const copies: readonly KubeObject[] = ['Endpoints', 'Pod', 'ReplicaSet'].map((kind) => ({
      apiVersion: 'v1',
      kind,
      metadata,
    }))
    const owned = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y', controller: true }
    const child = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name: 'c', ownerReferences: [owned] },
    }
    assert.equal(hasChanges(plan(wanted, [...live, ...copies, child])), false)
  })

  it('prunes nothing of another participant, of somebody else, or when nothing is wanted', () => {
    const of = (labels: Readonly<Record<string, string>>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other', namespace: 'acme', labels },
    })
    const managed = { 'app.kubernetes.io/managed-by': 'dataspace-provisioner' }
    for (const labels of [
      {},
      managed,
      { ...managed, 'dataspaces.dev/participant': 'globex' },
      { 'app.kubernetes.io/managed-by': 'helm', 'dataspaces.dev/participant': 'acme' },
    ])
      assert.equal(hasChanges(plan(wanted, [...live, of(labels)])), false, JSON.stringify(labels))
    assert.deepEqual(plan([], live), [])
  })

  it('waits for an object that is being deleted instead of writing to it, and does not delete it twice', () => {
    const going = changedAt(
      named(live, 'Service', 'vault'),
      ['metadata', 'deletionTimestamp'],
      () => '2026-01-02T03:04:05Z',
    )
    const [step] = plan([named(wanted, 'Service', 'vault')], [going])
    assert.deepEqual([step?.do, step?.do === 'leave' && step.because], ['leave', 'terminating'])
    const others = without(wanted, 'Service', 'vault')
    assert.equal(hasChanges(plan(others, [...without(live, 'Service', 'vault'), going])), false)
  })

  it('keeps apart what has the same name in another namespace, kind or group', () => {
    const service = named(wanted, 'Service', 'vault')
    const elsewhere = { ...service, metadata: { ...service.metadata, namespace: 'globex' } }
    const foreignGroup = { ...service, apiVersion: 'serving.example/v1' }
    assert.equal(plan([service], [elsewhere, foreignGroup])[0]?.do, 'create')
  })
})
