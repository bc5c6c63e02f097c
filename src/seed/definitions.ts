/** What the control plane shall hold, as bodies of its management API. */
import type { EdcProfile } from './profile.ts'
import type { SeedAsset, SeedContractDefinition, SeedData, SeedPolicy, SeedRule } from './seed-data.ts'

/** In the order in which one names the other. */
export const DEFINITION_KINDS = ['asset', 'policy', 'contractDefinition'] as const
export type DefinitionKind = (typeof DEFINITION_KINDS)[number]

export type JsonObject = Readonly<Record<string, unknown>>

export interface Definition {
  readonly kind: DefinitionKind
  /** The id in the seed file: the same on every pass. */
  readonly id: string
  readonly body: JsonObject
}

export function wantedDefinitions(data: SeedData, profile: EdcProfile): readonly Definition[] {
  return [
    ...data.assets.map((asset) => definition('asset', asset.id, assetBody(asset, profile))),
    ...data.policies.map((policy) => definition('policy', policy.id, policyBody(policy, profile))),
    ...data.contractDefinitions.map((offer) =>
      definition('contractDefinition', offer.id, contractDefinitionBody(offer, profile)),
    ),
  ]
}

function definition(kind: DefinitionKind, id: string, body: JsonObject): Definition {
  return { kind, id, body }
}

function head(type: string, id: string, { management }: EdcProfile): JsonObject {
  return { '@context': [management.context], '@type': type, '@id': id }
}

function assetBody({ id, properties, address }: SeedAsset, profile: EdcProfile): JsonObject {
  return {
    ...head('Asset', id, profile),
    properties,
    ...(profile.management.assetsHaveAddress && {
      dataAddress: { '@type': 'DataAddress', ...address },
    }),
  }
}

function policyBody(policy: SeedPolicy, profile: EdcProfile): JsonObject {
  const { permissions = [], prohibitions = [], obligations = [] } = policy
  return {
    ...head('PolicyDefinition', policy.id, profile),
    policy: {
      '@type': 'Set',
      permission: permissions.map(ruleBody),
      prohibition: prohibitions.map(ruleBody),
      obligation: obligations.map(ruleBody),
    },
  }
}

function ruleBody({ action, constraints }: SeedRule): JsonObject {
  return { action, ...(constraints.length > 0 && { constraint: constraints }) }
}

/** The name of an asset's id in criteria, which are texts that no context expands. */
const ASSET_ID = 'https://w3id.org/edc/v0.0.1/ns/id'

function contractDefinitionBody(offer: SeedContractDefinition, profile: EdcProfile): JsonObject {
  const { accessPolicy, contractPolicy, assets } = offer
  const [only, ...more] = assets
  return {
    ...head('ContractDefinition', offer.id, profile),
    accessPolicyId: accessPolicy,
    contractPolicyId: contractPolicy,
    assetsSelector: [
      {
        '@type': 'Criterion',
        operandLeft: ASSET_ID,
        ...(more.length === 0
          ? { operator: '=', operandRight: only }
          : { operator: 'in', operandRight: assets }),
      },
    ],
  }
}
