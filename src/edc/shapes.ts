/** What the client reads of EDC's answers. More may be in them; less is an answer that cannot be EDC's. */
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'

const Text = Type.String()
const OptionalText = Type.Optional(Type.Union([Text, Type.Null()]))

export const WalletAnswer = Type.Object({
  clientId: Type.String({ minLength: 1 }),
  clientSecret: OptionalText,
  apiKey: OptionalText,
})

/** `state`: 0 created, 1 activated, 2 deactivated. */
export const WalletState = Type.Object({ did: Text, state: Type.Number() })

export const CredentialRequestState = Type.Object({ status: Text })

/** As in EDC's `VcStatus`, here as numbers. */
export const CredentialList = Type.Array(
  Type.Object({
    id: Text,
    issuerId: Text,
    state: Type.Number(),
    verifiableCredential: Type.Object({
      credential: Type.Object({ type: Type.Array(Text) }),
    }),
  }),
)

export const KeyPairList = Type.Array(Type.Object({ serializedPublicKey: Text, defaultPair: Type.Boolean() }))

export const TokenAnswer = Type.Object({ access_token: Type.String({ minLength: 1 }) })

/** What is sent as `name` comes back as `holderName`. */
export const HolderList = Type.Array(Type.Object({ holderId: Text, did: Text, holderName: OptionalText }))

export const VersionList = Type.Record(Text, Type.Array(Type.Object({ urlPath: Text })))

export const HealthAnswer = Type.Object({ isSystemHealthy: Type.Boolean() })

/** The value as what it should be, or undefined when it is not that. */
export function shaped<S extends TSchema>(schema: S, value: unknown): Static<S> | undefined {
  return Value.Check(schema, value) ? value : undefined
}
