import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoreCounts } from '../../ports/store-files.ts'

/** What a backup says of itself: `manifest.json` in its folder. */
export interface Manifest {
  /** Of the backup's own form. */
  readonly format: 1
  /** The version of Buzzer that made it. */
  readonly buzzer: string
  /** RFC 3339; all that was accepted before is in it. */
  readonly createdAt: string
  /** Of the store's tables. */
  readonly schema: number
  readonly counts: StoreCounts & { readonly blobs: number }
  /** Whether the server's key is in it. */
  readonly secret: boolean
  /** Every file but this one. */
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  /** Within the backup, with slashes. */
  readonly path: string
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
}

export const manifestName = 'manifest.json'
export const secretName = 'secret.key'

class NoBackup extends Error {
  override readonly name = 'NoBackup'
}

export class NewerBackup extends Error {
  override readonly name = 'NewerBackup'
  /** The version of Buzzer that made it; null where that is not said. */
  readonly madeBy: string | null

  constructor(what: string, madeBy: string | null) {
    super(what)
    this.madeBy = madeBy
  }
}

/**
 * @throws {NoBackup} where the folder holds none
 * @throws {NewerBackup} where it has a form that this version cannot read
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, manifestName)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new NoBackup(`${folder} holds no ${manifestName}, so that it is no whole backup.`, {
      cause,
    })
  })
  const manifest = parse(text)
  if (isManifest(manifest)) return manifest
  if (isNewer(manifest)) {
    const { buzzer } = manifest
    throw new NewerBackup(
      `A newer Buzzer wrote ${file}, in a form that this one does not know.`,
      typeof buzzer === 'string' ? buzzer : null,
    )
  }
  throw new NoBackup(`${file} is not the manifest of a backup.`)
}

const isNewer = (value: unknown): value is { readonly buzzer?: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  typeof value.format === 'number' &&
  value.format > 1

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isManifest = (value: unknown): value is Manifest =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  value.format === 1 &&
  'buzzer' in value &&
  typeof value.buzzer === 'string' &&
  'schema' in value &&
  typeof value.schema === 'number' &&
  'counts' in value &&
  'files' in value &&
  Array.isArray(value.files) &&
  value.files.every(isFile)

/** A path that leads out of the backup would let a restore write anywhere. */
const isFile = (value: unknown): value is ManifestFile =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  !value.path.split('/').some((part) => part === '' || part === '.' || part === '..') &&
  !/[\\:]/.test(value.path) &&
  'bytes' in value &&
  typeof value.bytes === 'number' &&
  'sha256' in value &&
  typeof value.sha256 === 'string'
