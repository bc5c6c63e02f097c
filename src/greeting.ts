/** The first lines a person sees: which cluster, which address, and three calls to try. */
import type { RunningService } from './service.ts'

export function greeting({ url, healthUrl, cluster, builtIn }: RunningService, version: string): string {
  const api = `${url}/api/v1/resources`
  const where = builtIn
    ? `Cluster: built-in, in memory and gone when this ends (no kubeconfig was given; use --kubeconfig FILE for a real one).`
    : `Cluster: ${cluster}`
  return [
    `dataspace-provisioner ${version}`,
    where,
    `API:     ${url}   description: ${url}/openapi.json   health: ${healthUrl}/readyz`,
    ...(builtIn ? [`kubectl: kubectl --server ${builtIn.url} get participants`] : []),
    '',
    'Try:',
    `  curl -X POST ${api} -H 'content-type: application/json' -d '{"participantName":"acme","did":"did:web:acme.example"}'`,
    `  curl ${api}/acme/status`,
    `  curl -X DELETE ${api}/acme`,
    '',
  ].join('\n')
}
