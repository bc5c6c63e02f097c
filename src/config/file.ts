/** Reads the configuration file: profiles (releases of images), seeding, reserved names, discovery. A profile says only what differs. */
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { DEFAULT_PROFILE } from '../manifests/default-profile.ts'
import { RESERVED_BY_DEFAULT } from '../model/names.ts'
import { COMPONENTS, type ComponentName } from '../model/participant.ts'
import { type ComponentProfile, type Profile, type Profiles, ROUTE_KINDS } from '../model/profile.ts'
import { type SeedSettings, withSeeding } from '../seed/settings.ts'
import { EdcOfProfile, IssuerList, readSeeding, SeedFiles, type SeedingReading } from './seeding.ts'

const strict = { additionalProperties: false } as const

const Quantities = Type.Record(Type.String(), Type.String())

const ComponentSettings = Type.Object(
  {
    image: Type.Optional(Type.String({ minLength: 1 })),
    replicas: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    resources: Type.Optional(
      Type.Object({ requests: Type.Optional(Quantities), limits: Type.Optional(Quantities) }, strict),
    ),
    storage: Type.Optional(Type.String({ minLength: 1 })),
  },
  strict,
)

const Name = Type.String({ minLength: 1 })

const RouteSettings = Type.Object(
  {
    kind: Type.Optional(Type.Union(ROUTE_KINDS.map((kind) => Type.Literal(kind)))),
    gateway: Type.Optional(
      Type.Object({ name: Name, namespace: Name, sectionName: Type.Optional(Name) }, strict),
    ),
    ingressClassName: Type.Optional(Name),
    tlsSecretName: Type.Optional(Name),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  strict,
)

const Peers = Type.Object(
  {
    namespaces: Type.Optional(Type.Array(Name)),
    cidrs: Type.Optional(Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$' }))),
  },
  strict,
)

const NetworkSettings = Type.Object(
  {
    gateway: Type.Optional(Peers),
    provisioner: Type.Optional(Peers),
    egress: Type.Optional(Peers),
  },
  strict,
)

const ProfileSettings = Type.Object(
  {
    storageClassName: Type.Optional(Name),
    imagePullPolicy: Type.Optional(
      Type.Union([Type.Literal('IfNotPresent'), Type.Literal('Never'), Type.Literal('Always')]),
    ),
    routes: Type.Optional(RouteSettings),
    network: Type.Optional(NetworkSettings),
    edc: Type.Optional(EdcOfProfile),
    components: Type.Optional(
      Type.Object(
        Object.fromEntries(COMPONENTS.map((name) => [name, Type.Optional(ComponentSettings)])),
        strict,
      ),
    ),
  },
  strict,
)
type ProfileSettings = Static<typeof ProfileSettings>

const FileSettings = Type.Object(
  {
    reserved: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    discovery: Type.Optional(Type.Object({ legacy: Type.Optional(Type.Boolean()) }, strict)),
    issuers: Type.Optional(IssuerList),
    seed: Type.Optional(SeedFiles),
    profiles: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' }), ProfileSettings),
    ),
  },
  strict,
)

export interface FromFile {
  readonly profiles: Profiles
  readonly reserved: readonly string[]
  readonly discovery: { readonly legacy: boolean }
  /** Left out: no participant is seeded. */
  readonly seeding?: SeedSettings
}

/** What holds without a file. */
const BUILT_IN: FromFile = {
  profiles: new Map([[DEFAULT_PROFILE.name, DEFAULT_PROFILE]]),
  reserved: RESERVED_BY_DEFAULT,
  discovery: { legacy: false },
}

/** Faults name the file and the place in it, such as `/profiles/default/components/vault/image`. */
export function readFileSettings(
  path: string | undefined,
  readFile: (path: string) => string,
  faults: string[],
): FromFile {
  if (path === undefined) return BUILT_IN
  try {
    return parseFile({ file: path, readFile, faults }, readFile(path))
  } catch (error) {
    faults.push(`CONFIG names the file "${path}", which cannot be read: ${(error as Error).message}`)
    return BUILT_IN
  }
}

function parseFile(reading: SeedingReading, text: string): FromFile {
  const { file: path, faults } = reading
  const document = parseDocument(text)
  const [syntax] = document.errors
  if (syntax !== undefined) {
    faults.push(`"${path}" is not YAML: ${syntax.message.split('\n')[0]}`)
    return BUILT_IN
  }
  const content: unknown = document.toJS() ?? {}
  if (!Value.Check(FileSettings, content)) {
    for (const { instancePath, message } of Value.Errors(FileSettings, content))
      faults.push(`"${path}" at ${instancePath === '' ? '/' : instancePath}: ${message}`)
    return BUILT_IN
  }
  const profiles = Object.entries(content.profiles ?? {}).map(([name, settings]) =>
    readProfile(name, settings),
  )
  const known = new Map([
    ...BUILT_IN.profiles,
    ...profiles.map((profile) => [profile.name, profile] as const),
  ])
  const { seeding } = seedingIn(content, reading)
  return {
    ...(seeding && { seeding }),
    profiles: seeding === undefined ? known : withSeeding(known, seeding),
    reserved: content.reserved ?? BUILT_IN.reserved,
    discovery: { ...BUILT_IN.discovery, ...content.discovery },
  }
}

function seedingIn(
  { issuers, seed, profiles = {} }: Static<typeof FileSettings>,
  reading: SeedingReading,
): Pick<FromFile, 'seeding'> {
  const edc = Object.entries(profiles).flatMap(([name, settings]) =>
    settings.edc === undefined ? [] : [[name, settings.edc] as const],
  )
  const seeding = readSeeding(
    { edc: new Map(edc), ...(issuers && { issuers }), ...(seed && { seed }) },
    reading,
  )
  return seeding === undefined ? {} : { seeding }
}

function readProfile(name: string, settings: ProfileSettings): Profile {
  const given = (settings.components ?? {}) as Partial<Record<ComponentName, Partial<ComponentProfile>>>
  const components = Object.fromEntries(
    COMPONENTS.map((component) => [
      component,
      { ...DEFAULT_PROFILE.components[component], ...given[component] },
    ]),
  ) as Record<ComponentName, ComponentProfile>
  return {
    name,
    components,
    imagePullPolicy: settings.imagePullPolicy ?? DEFAULT_PROFILE.imagePullPolicy,
    routes: { ...DEFAULT_PROFILE.routes, ...settings.routes },
    network: { ...DEFAULT_PROFILE.network, ...settings.network },
    ...(settings.storageClassName !== undefined && { storageClassName: settings.storageClassName }),
  }
}
