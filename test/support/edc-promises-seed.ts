/** Offers with all that a seed can say: quotes, paths, several constraints, prohibitions and obligations. */
import type { SeedData } from '../../src/seed/seed-data.ts'

export const PROMISED_SEED: SeedData = {
  assets: [
    {
      id: 'asset-1',
      properties: { name: 'One', description: 'first, with "quotes" and ümlaut' },
      address: { type: 'HttpData', baseUrl: 'https://source.example/one', proxyPath: 'true' },
    },
    {
      id: 'asset-2',
      properties: { name: 'Two' },
      address: { type: 'HttpData', baseUrl: 'https://source.example/two' },
    },
  ],
  policies: [
    {
      id: 'members',
      permissions: [
        {
          action: 'use',
          constraints: [{ leftOperand: 'MembershipCredential', operator: 'eq', rightOperand: 'active' }],
        },
      ],
    },
    {
      id: 'complex',
      permissions: [
        {
          action: 'use',
          constraints: [
            { leftOperand: 'MembershipCredential', operator: 'eq', rightOperand: 'active' },
            { leftOperand: 'DataAccess.level', operator: 'isAnyOf', rightOperand: 'a' },
          ],
        },
        { action: 'use', constraints: [] },
      ],
      prohibitions: [{ action: 'distribute', constraints: [] }],
      obligations: [
        {
          action: 'use',
          constraints: [{ leftOperand: 'DataAccess.level', operator: 'eq', rightOperand: 'processing' }],
        },
      ],
    },
  ],
  contractDefinitions: [
    { id: 'one', accessPolicy: 'members', contractPolicy: 'members', assets: ['asset-1'] },
    { id: 'both', accessPolicy: 'members', contractPolicy: 'complex', assets: ['asset-2', 'asset-1'] },
  ],
}
