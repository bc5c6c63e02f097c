/** Where this machine's own Debian packages come from, as its sources of apt say. */
import { globSync, readFileSync } from 'node:fs'

export interface Mirror {
  readonly url: string
  /** `bookworm`, for instance. */
  readonly suite: string
}

/** Of the release that runs here. Throws a sentence where there is none. */
export function findMirror(root = '/etc'): Mirror {
  const release = /^VERSION_CODENAME=(.*)$/mu.exec(readFileSync(`${root}/os-release`, 'utf8'))?.[1]
  const files = globSync(['apt/sources.list', 'apt/sources.list.d/*.{list,sources}'], { cwd: root })
  const texts = files.map((file) => readFileSync(`${root}/${file}`, 'utf8'))
  const found = texts.flatMap((text) => [...inLines(text), ...inStanzas(text)])
  // Updates and security fixes have a suite of their own, which holds no whole system; so have the packages of others.
  const mirror = found.find(({ suite }) => suite === release)
  if (mirror !== undefined) return mirror
  throw new Error(
    `the base of the images is made of this machine's Debian packages, and none of its sources in ${root}/apt names the release ${release ?? '(unknown)'} with the component main`,
  )
}

/** sources.list(5), one-line style. */
function inLines(text: string): readonly Mirror[] {
  const line = /^deb\s+(?:\[[^\]]*\]\s+)?(?<url>https?:\S+)\s+(?<suite>\S+)\s+(?<components>.*)$/gmu
  return [...text.matchAll(line)].flatMap(({ groups: { url = '', suite = '', components = '' } = {} }) =>
    hasMain(components) ? [{ url, suite }] : [],
  )
}

/** sources.list(5), deb822 style. */
function inStanzas(text: string): readonly Mirror[] {
  return text.split(/\n\s*\n/u).flatMap((stanza) => {
    const field = (name: string): string =>
      new RegExp(`^${name}:[ \\t]*(.*)$`, 'imu').exec(stanza)?.[1]?.trim() ?? ''
    const [url = ''] = field('URIs').split(/\s+/u)
    if (!/\bdeb\b/u.test(field('Types')) || !url.startsWith('http') || !hasMain(field('Components')))
      return []
    return field('Suites')
      .split(/\s+/u)
      .map((suite) => ({ url, suite }))
  })
}

const hasMain = (components: string): boolean => components.split(/\s+/u).includes('main')
