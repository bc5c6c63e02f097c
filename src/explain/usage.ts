/** What `explain --help` prints, and whoever uses it wrongly. */

export const USAGE =
  'Usage: dataspace-provisioner explain -f FILE [-o json|text] [--now TIME] [--participant NAME]'

export const HELP = `dataspace-provisioner explain judges a dump of a cluster: which participants are ready, why not, and who acts.
It needs no cluster and no configuration.

${USAGE}

Options:
  -f, --file FILE
      The dump, as "kubectl get … -o json" or "-o yaml" prints it; several documents are fine. "-" is standard input.
  -o, --output json|text
      For machines, or for people. Default: text.
  --now TIME
      Judge as of this time (RFC 3339), such as the time at which an old dump was taken. Default: now.
  --participant NAME
      Only this one.
  --help, -h
      This text.

Exit code: 0 all ready, 1 something is not ready, 2 the input cannot be used.
What cannot be read is told on standard error and left out; the rest is judged.

Example:
  kubectl get namespace/acme -o json > acme.json
  kubectl -n acme get deploy,sts,rs,pods,pvc,events -o json >> acme.json
  dataspace-provisioner explain -f acme.json
`
