/** The text of `--help`. */
import { SETTINGS } from './env.ts'

export function helpText(): string {
  const settings = Object.values(SETTINGS).flatMap(({ flag, variable, value, byDefault, meaning }) => [
    `  --${flag} ${value}`,
    `      ${meaning}`,
    `      Variable ${variable}; default: ${byDefault}.`,
  ])
  return [
    'dataspace-provisioner creates, watches, explains and removes dataspace participants.',
    '',
    'Usage: dataspace-provisioner [serve] [options]',
    '       dataspace-provisioner explain -f FILE [options]',
    '       dataspace-provisioner plan -f FILE [options]',
    '       dataspace-provisioner diff NAME [options]',
    '       dataspace-provisioner doctor [-o json|text] [options]',
    '',
    'serve runs the service. explain judges a dump of a cluster and needs none: see explain --help.',
    'plan says what serve would write for a participant, diff what is not as it should be: see plan --help.',
    'doctor says what serve would lack in its cluster, with the same options.',
    '',
    'Options of serve:',
    ...settings,
    '  --help, -h',
    '      This text.',
    '',
    'Example: dataspace-provisioner --kubeconfig ~/dev.kubeconfig --port 8080',
    '',
  ].join('\n')
}
