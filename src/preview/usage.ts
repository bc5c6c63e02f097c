/** What `plan --help` and `diff --help` print, and whoever uses them wrongly. */
import type { Command } from './options.ts'

export const USAGE: Readonly<Record<Command, string>> = {
  plan: 'Usage: dataspace-provisioner plan -f FILE [-o json|text] [options of serve]',
  diff: 'Usage: dataspace-provisioner diff NAME [-o json|text] [options of serve]',
}

const OUTPUT = `  -o, --output json|text
      For machines, or for people. Default: text.
  --kubeconfig FILE, --config FILE and the other options of serve, which both use the same way.
  --help, -h
      This text.
`

export const HELP: Readonly<Record<Command, string>> = {
  plan: `dataspace-provisioner plan says what serve would create, change, make anew and delete if FILE were applied. Nothing is written.

${USAGE.plan}

Options:
  -f, --file FILE
      Participants, in YAML or JSON. "-" is standard input.
${OUTPUT}
Without a cluster (--kubeconfig FILE, KUBECONFIG, or the account of a pod) it plans against an empty one.
On a cluster the file is checked by the API server (a dry run, which needs the right to patch participants).

Exit code: 0 it can be done, 1 it would be refused, 2 the input, the settings or the cluster cannot be used.

Example:
  dataspace-provisioner plan -f participant.yaml --kubeconfig ~/dev.kubeconfig
`,
  diff: `dataspace-provisioner diff says in which fields the objects of a participant differ from what is wanted, and who set them.
Nothing is written.

${USAGE.diff}

Options:
${OUTPUT}
Exit code: 0 nothing differs, 1 something does, 2 the participant, the settings or the cluster cannot be used.

Example:
  dataspace-provisioner diff acme --kubeconfig ~/dev.kubeconfig
`,
}
