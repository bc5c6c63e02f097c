/** Reads what a process of the program tells about itself: its metrics, and what the kernel knows of its memory and time. */
import { readFile } from 'node:fs/promises'

const PREFIX = 'dataspace_provisioner_'

/** The sum over all series of a metric whose labels fit. */
export async function scrape(
  { healthUrl }: { readonly healthUrl: string },
  name: string,
  fits: (labels: string) => boolean = () => true,
): Promise<number> {
  const page = await (await fetch(`${healthUrl}/metrics`)).text()
  const lines = page.matchAll(/^(?<name>\w+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/gmu)
  return lines
    .filter(({ groups }) => groups?.['name'] === PREFIX + name && fits(groups['labels'] ?? ''))
    .reduce((sum, { groups }) => sum + Number(groups?.['value']), 0)
}

/** The most memory that a process has had in RAM at a time (VmHWM), in MB. Linux only. */
export async function peakMemoryMb({ pid }: { readonly pid: number }): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmHWM:\s+(?<kb>\d+) kB$/mu.exec(status)?.groups?.['kb']) * 1024) / 1e6
}

/** Processor time of a process so far, in seconds. Linux counts it in hundredths. */
export async function cpuSeconds({ pid }: { readonly pid: number }): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
  return (user + system) / 100
}
