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
    '',
    'serve runs the service. explain judges a dump of a cluster and needs none: see explain --help.',
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
