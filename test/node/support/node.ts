/** A real node for a file of tests, with the program's account as `deploy/` makes it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { stringify } from 'yaml'
import { INSTALLED } from '../../../src/install/names.ts'
import type { Images } from '../../cluster/node/images/build.ts'
import { imagesForNode, type RealNode, startRealNode } from '../../cluster/node/real-node.ts'
import { install, type Installation } from '../../support/installation.ts'

export interface TestNode extends RealNode, AsyncDisposable {
  readonly images: Images
}

const say = (line: string): void => void process.stderr.write(`node: ${line}\n`)

/** Builds the images first, if they are not there yet. */
export async function openNode(): Promise<TestNode> {
  const images = await imagesForNode({ log: say })
  return { ...(await startRealNode({ images, log: say })), images }
}

export interface InstallOptions {
  readonly replicas: number
  /** The configuration file of the program. Default: {@link RealNode.config}. */
  readonly config?: string
}

/** `kubectl apply -k` of an overlay over `deploy/`, which names the image that was built here. */
export async function installOn(node: TestNode, { replicas, config }: InstallOptions): Promise<Installation> {
  const folder = join(node.dir, 'overlay')
  await mkdir(folder, { recursive: true })
  const { digest } = node.images.images['dataspace-provisioner']
  const { namespace } = INSTALLED
  const name = 'dataspace-provisioner'
  const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy')
  await writeFile(join(folder, 'config.yaml'), config ?? (await readFile(node.config, 'utf8')))
  await writeFile(
    join(folder, 'kustomization.yaml'),
    stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(folder, deploy)],
      images: [{ name, newName: `localhost/${name}`, digest }],
      replicas: [{ name, count: replicas }],
      configMapGenerator: [
        { name: `${name}-config`, namespace, behavior: 'replace', files: ['config.yaml'] },
      ],
    }),
  )
  return install(node, folder)
}
