/** Several images in one folder of the OCI image layout, with the layers as they are: unpacking is what a start waits for. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Image specification of the OCI, "Annotations". */
const NAME = 'org.opencontainers.image.ref.name'

export interface Manifest {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
}

/** Takes over what `buildah push dir:FOLDER` left in a folder: blobs by their hash, and the manifest. */
export async function takeOver(folder: string, layout: string, tag: string): Promise<Manifest> {
  const blobs = join(layout, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const manifest = await readFile(join(folder, 'manifest.json'))
  const hash = createHash('sha256').update(manifest).digest('hex')
  await writeFile(join(blobs, hash), manifest)
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/u.test(name))
  for (const name of names) await rename(join(folder, name), join(blobs, name))
  const { mediaType } = JSON.parse(manifest.toString()) as { readonly mediaType: string }
  return { mediaType, digest: `sha256:${hash}`, size: manifest.length, annotations: { [NAME]: tag } }
}

export async function writeIndex(layout: string, manifests: readonly Manifest[]): Promise<void> {
  const index = { schemaVersion: 2, manifests }
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(layout, 'index.json'), JSON.stringify(index))
}

export interface ImageInLayout {
  readonly tag: string
  readonly digest: string
}

export function imageOf({ digest, annotations }: Manifest): ImageInLayout {
  return { tag: annotations[NAME] ?? '', digest }
}
