/** What of a Pod is read, and of which type it must be. */
import { count, fields, flag, listOf, mapOf, numberOrText, type Shape, text, time, whole } from './shape.ts'

export const conditions: Shape = listOf(
  fields(
    { reason: text, message: text, lastTransitionTime: time, observedGeneration: count },
    { type: text, status: text },
  ),
)

const probe = fields({
  httpGet: fields({ path: text, port: numberOrText, host: text, scheme: text }),
  tcpSocket: fields({ port: numberOrText, host: text }),
  exec: fields({ command: listOf(text) }),
  grpc: fields({ port: numberOrText, service: text }),
  initialDelaySeconds: count,
  failureThreshold: count,
  periodSeconds: count,
  timeoutSeconds: count,
})

const container = fields(
  {
    image: text,
    restartPolicy: text,
    resources: fields({ limits: mapOf(numberOrText), requests: mapOf(numberOrText) }),
    ports: listOf(fields({ name: text, containerPort: count })),
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
  },
  { name: text },
)

const termination = fields({
  reason: text,
  message: text,
  exitCode: whole,
  signal: whole,
  startedAt: time,
  finishedAt: time,
})

const state = fields({
  waiting: fields({ reason: text, message: text }),
  running: fields({ startedAt: time }),
  terminated: termination,
})

const containerStatuses = listOf(
  fields(
    { image: text, ready: flag, started: flag, restartCount: count, state, lastState: state },
    { name: text },
  ),
)

export const podSpec: Shape = fields({
  nodeName: text,
  containers: listOf(container),
  initContainers: listOf(container),
  schedulingGates: listOf(fields({ name: text })),
  volumes: listOf(fields({ name: text, persistentVolumeClaim: fields({ claimName: text }) })),
  terminationGracePeriodSeconds: count,
})

export const podStatus: Shape = fields({
  phase: text,
  reason: text,
  message: text,
  startTime: time,
  conditions,
  containerStatuses,
  initContainerStatuses: containerStatuses,
  ephemeralContainerStatuses: containerStatuses,
})
