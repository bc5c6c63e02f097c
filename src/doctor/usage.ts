/** What `doctor --help` prints, and whoever uses it wrongly. */

export const USAGE = 'Usage: dataspace-provisioner doctor [-o json|text] [options of serve]'

export const HELP = `dataspace-provisioner doctor looks at a cluster: is everything there that the program needs, and may it use it?
It asks what serve would work on with the same settings, as the same account, and changes nothing.

${USAGE}

Options:
  -o, --output json|text
      For machines, or for people. Default: text.
  --kubeconfig FILE, --config FILE, --lease-namespace NAME, …
      As for serve; see dataspace-provisioner --help.
  --help, -h
      This text.

Exit code: 0 nothing failed, 1 something failed, 2 the command line, the settings or the kubeconfig cannot be used.

Examples:
  dataspace-provisioner doctor --kubeconfig ~/dev.kubeconfig
  kubectl -n dataspace-provisioner exec deploy/dataspace-provisioner -- node src/main.ts doctor
`
