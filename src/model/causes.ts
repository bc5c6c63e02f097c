/** Why something is not ready, in stable codes: what a person reads, who has to act, and a page of `docs/causes` each. */

/** Who has to act before a cause goes away. */
export const ACTORS = ['operator', 'platform', 'nobody yet'] as const
/**
 * `operator` runs the dataspace: participants, profiles, images, this product. `platform` runs the Kubernetes cluster.
 * `nobody yet`: it usually goes away by itself, and is given the time to.
 */
export type Actor = (typeof ACTORS)[number]

export interface CauseText {
  /** One sentence: what it means. */
  readonly means: string
  /** One sentence in the imperative: what to do. */
  readonly act: string
  /** Who acts once it is a verdict. */
  readonly who: Actor
}

/** Codes are a promise: never renamed, never used for anything else. */
export const CAUSES = {
  ImagePull: {
    means: 'A node cannot get the image of a container.',
    act: 'Correct the image of the profile, push it, or give the node access to the registry.',
    who: 'operator',
  },
  CrashLoop: {
    means: 'A container ends again and again after its start.',
    act: 'Read how it ended and its logs; correct its configuration or its image.',
    who: 'operator',
  },
  OutOfMemory: {
    means: 'A container is killed because it uses more memory than its limit.',
    act: 'Raise the memory limit of the component.',
    who: 'operator',
  },
  ContainerStart: {
    means: 'The container runtime cannot create or start a container.',
    act: 'Correct the command, the mounts or the security settings that the message names.',
    who: 'operator',
  },
  ConfigMissing: {
    means: 'A Secret, ConfigMap, key or ServiceAccount that the pod needs does not exist.',
    act: 'Create the object that the message names, or take the reference away.',
    who: 'operator',
  },
  ProbeFailing: {
    means: 'A container runs, but a probe of it fails.',
    act: 'Ask the address that the message names from inside the pod, and read the logs of the container.',
    who: 'operator',
  },
  ReadinessGate: {
    means: 'The containers of the pod are ready, but a readiness gate of it is not open.',
    act: 'Look at the controller that owns the gate, most often that of a load balancer.',
    who: 'nobody yet',
  },
  PodFailed: {
    means: 'A pod ended as failed, and nothing has taken its place.',
    act: 'Read why it failed; delete it to let its controller make another.',
    who: 'operator',
  },
  Unschedulable: {
    means: 'No node can take the pod.',
    act: 'Add nodes or free resources, or change what the pod asks for.',
    who: 'platform',
  },
  SchedulingGated: {
    means: 'A scheduling gate holds the pod back.',
    act: 'Wait for the controller that set the gate, or find out why it does not remove it.',
    who: 'nobody yet',
  },
  QuotaExceeded: {
    means: 'The quota of the namespace does not allow another pod.',
    act: 'Raise the ResourceQuota of the namespace, or let the component ask for less.',
    who: 'operator',
  },
  PodSecurityDenied: {
    means: 'The Pod Security level of the namespace refuses the pod.',
    act: 'Correct the security context of the pod, or lower the level of the namespace.',
    who: 'operator',
  },
  PodsRefused: {
    means: 'The API server refuses to create the pods.',
    act: 'Read the refusal: most often an admission webhook or policy names what it wants.',
    who: 'operator',
  },
  VolumePending: {
    means: 'A volume that the pod uses is not there.',
    act: 'Look at the PersistentVolumeClaim, its storage class and the provisioner of that class.',
    who: 'platform',
  },
  MountFailed: {
    means: 'A node cannot attach or mount a volume of the pod.',
    act: 'Look at the volume that the message names and at the storage driver on that node.',
    who: 'platform',
  },
  SandboxFailed: {
    means: 'A node cannot set up the sandbox or the network of the pod.',
    act: 'Look at the network plugin and the container runtime of that node.',
    who: 'platform',
  },
  NodeLost: {
    means: 'The node that runs the pod does not answer any more.',
    act: 'Bring the node back or remove it from the cluster; its pods are replaced after about five minutes.',
    who: 'platform',
  },
  Evicted: {
    means: 'Nodes evict the pods again and again.',
    act: 'Look at the pressure that the message names: memory, disk or processes of the node.',
    who: 'platform',
  },
  Disrupted: {
    means: 'The pod is moved away on purpose: a drain, a preemption, a taint.',
    act: 'Wait for its replacement.',
    who: 'nobody yet',
  },
  TerminationStuck: {
    means: 'An old pod does not end, and its successor waits for it.',
    act: 'Look at the node and the finalizers of the pod; delete it by force when its node is gone.',
    who: 'platform',
  },
  RolloutStuck: {
    means: 'The controller gave up waiting for the new pods, and no pod says why.',
    act: 'Describe the Deployment and its newest ReplicaSet.',
    who: 'operator',
  },
  StartTimeout: {
    means: 'The component did not become ready in the time it is given, and nothing says why.',
    act: 'Read the logs of its containers.',
    who: 'operator',
  },
  WorkloadMissing: {
    means: 'The Deployment or StatefulSet of the component does not exist.',
    act: 'Look at the steps of the participant: they say what hinders its creation.',
    who: 'operator',
  },
  ScaledToZero: {
    means: 'Somebody or something scaled the component to zero.',
    act: 'Scale it up again.',
    who: 'operator',
  },
  Paused: {
    means: 'The Deployment is paused, so its controller changes nothing.',
    act: 'Resume it with `kubectl rollout resume`.',
    who: 'operator',
  },
  NamespaceStuck: {
    means: 'The namespace cannot be deleted: something in it does not go away.',
    act: 'Look at the resources and finalizers that the message names, and at the controllers that should remove them.',
    who: 'platform',
  },
  VaultSealed: {
    means: 'The vault of the participant is sealed, so its runtimes cannot use their secrets.',
    act: 'Wait: the provisioner unseals it with the keys that it keeps, and tries again until that works.',
    who: 'nobody yet',
  },
  VaultKeysMissing: {
    means:
      'The keys of the vault are missing, or it does not take them: nobody can unseal it after its next start.',
    act: 'Restore the Secret `vault-keys` of the namespace from a backup.',
    who: 'operator',
  },
} as const satisfies Readonly<Record<string, CauseText>>

export type CauseCode = keyof typeof CAUSES

/** A cause as it is told: who acts can differ from the rule of the code while there is hope that it passes. */
export interface Cause {
  readonly code: CauseCode
  readonly who: Actor
}
