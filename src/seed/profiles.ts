/**
 * The profiles. `edc-0.15` was recorded from processes of 0.15.1. The two others are written from upstream's changes and
 * hold against doubles only: no artifact of those releases could be had.
 */
import type { EdcProfile, EdcProfileName } from './profile.ts'

/** 0.15, and by upstream's dates 0.16.0, which was never tried: management v3, identity v1alpha, ids in base64. */
const EDC_0_15: EdcProfile = {
  name: 'edc-0.15',
  evidence: 'recorded',
  authentication: 'api-key',
  pathIds: 'base64',
  management: {
    path: '/v3',
    // Under a plain `@vocab` EDC takes a left operand for a term of its own and finds no function for it.
    context: 'https://w3id.org/edc/connector/management/v0.0.1',
    assetsHaveAddress: true,
  },
  identity: { path: '/v1alpha', rights: 'roles' },
  issuer: { path: '/v1alpha', removesHolders: false },
  secretHandOver: 'secrets-api',
  credentialFormat: 'VC1_0_JWT',
}

/**
 * 0.17 and 0.18: management v4 is stable (Connector c570e934), ids are plain (IdentityHub #937), every call needs a
 * bearer token.
 */
const EDC_0_16: EdcProfile = {
  name: 'edc-0.16',
  evidence: 'documented',
  authentication: 'bearer',
  pathIds: 'plain',
  management: {
    path: '/v4',
    context: 'https://w3id.org/edc/connector/management/v2',
    assetsHaveAddress: false,
  },
  identity: { path: '/v1alpha', rights: 'roles' },
  issuer: { path: '/v1alpha', removesHolders: false },
  secretHandOver: 'shared-vault',
  credentialFormat: 'VC2_0_JOSE',
}

/** 0.19: v3 is gone (Connector #5893), identity and issuer are v1beta (IdentityHub #998), scopes instead of roles (#1010). */
const EDC_0_19: EdcProfile = {
  ...EDC_0_16,
  name: 'edc-0.19',
  identity: { path: '/v1beta', rights: 'scopes' },
  issuer: { path: '/v1beta', removesHolders: true },
}

const PROFILES: Readonly<Record<EdcProfileName, EdcProfile>> = {
  'edc-0.15': EDC_0_15,
  'edc-0.16': EDC_0_16,
  'edc-0.19': EDC_0_19,
}

export function edcProfile(name: EdcProfileName): EdcProfile {
  return PROFILES[name]
}
