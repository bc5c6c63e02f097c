/** The steps of a removal by name. */

/** In order; those about an issuer and a wallet only of a participant that is seeded. */
export const REMOVAL_STEPS = [
  'remove-routes',
  'remove-holder',
  'remove-wallet',
  'remove-namespace',
  'release',
] as const

export function isRemovalStep(name: string): boolean {
  return REMOVAL_STEPS.some((step) => step === name)
}
