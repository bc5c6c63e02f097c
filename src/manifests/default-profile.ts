/** The profile that is used when the configuration has none: EDC 0.15.1 with room for a small participant. */
import type { ComponentProfile, Profile } from '../model/profile.ts'

const EDC_VERSION = '0.15.1'

/** Image names without a registry: the cluster's own default, or its mirror, decides where they come from. */
export const DEFAULT_PROFILE: Profile = {
  name: 'default',
  imagePullPolicy: 'IfNotPresent',
  routes: { kind: 'gateway', gateway: { name: 'public', namespace: 'gateway' } },
  // The namespace of `deploy/`.
  network: { provisioner: { namespaces: ['dataspace-provisioner'] } },
  components: {
    postgres: {
      image: 'postgres:17.6',
      replicas: 1,
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      storage: '5Gi',
    },
    vault: {
      image: 'openbao/openbao:2.4.4',
      replicas: 1,
      resources: { requests: { cpu: '25m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
      storage: '1Gi',
    },
    identityhub: edcRuntime('identityhub'),
    controlplane: edcRuntime('controlplane'),
    dataplane: edcRuntime('dataplane'),
  },
}

/** A runtime was seen to need 130 to 200 MB; the limit leaves room for load. */
function edcRuntime(name: string): ComponentProfile {
  return {
    image: `dataspace-provisioner/${name}:${EDC_VERSION}`,
    replicas: 1,
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  }
}

/** For trying out on the built-in cluster how a failure shows: the control plane's image does not exist. */
export const BROKEN_IMAGE_PROFILE: Profile = {
  ...DEFAULT_PROFILE,
  name: 'broken-image',
  components: {
    ...DEFAULT_PROFILE.components,
    controlplane: {
      ...DEFAULT_PROFILE.components.controlplane,
      image: 'dataspace-provisioner/does-not-exist:0.15.1',
    },
  },
}
