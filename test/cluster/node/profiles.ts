/** The configuration of a provisioner whose participants run on a node: its images by digest, and amounts for two cores. */
import type { ComponentName } from '../../../src/model/participant.ts'
import { type Images, referenceOf } from './images/build.ts'

const STORAGE: Readonly<Partial<Record<ComponentName, string>>> = { postgres: '500Mi', vault: '100Mi' }

/** Small requests, so that a dozen participants find room; limits as in the default profile, for memory follows from them. */
const RESOURCES = { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '2', memory: '512Mi' } }

/** As the configuration file says it. */
export function nodeProfile(images: Images): object {
  const component = (name: ComponentName): object => ({
    image: referenceOf(images, name),
    resources: RESOURCES,
    ...(STORAGE[name] !== undefined && { storage: STORAGE[name] }),
  })
  return {
    // There is no registry: an image that is not there must show at once.
    imagePullPolicy: 'Never',
    storageClassName: 'folders',
    components: {
      postgres: component('postgres'),
      vault: component('vault'),
      identityhub: component('identityhub'),
      controlplane: component('controlplane'),
      dataplane: component('dataplane'),
    },
  }
}
