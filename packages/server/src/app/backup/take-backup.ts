import { readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { NamedBlob, StoreLook } from '../../ports/store-files.ts'
import { blobFolder, isBlobId } from '../../store/sqlite/blobs/place.ts'
import { sqliteFiles } from '../../store/sqlite/files.ts'
import { version } from '../version.ts'
import { manifestName, secretName, type Manifest } from './manifest.ts'
import { makePlace } from './place.ts'
import { copyDurably, describeFile, linkOrCopy, syncFolder, syncFolders } from './put-file.ts'
import type { BackupProgress } from './progress.ts'
import { findFaults } from './verify.ts'

export interface BackupRequest {
  /** Where the store lies. */
  readonly storeFolder: string
  /** Where the server's key lies. */
  readonly dataFolder: string
  /** A folder that is made; an empty one may be there. */
  readonly target: string
  readonly withSecret: boolean
  readonly signal: AbortSignal
  onProgress(progress: BackupProgress): void
}

export class BackupFaulty extends Error {
  override readonly name = 'BackupFaulty'
  readonly findings: readonly string[]

  constructor(what: string, findings: readonly string[]) {
    super(what)
    this.findings = findings
  }
}

/**
 * Copies a store while a server works on it: all that was accepted before it began is in the copy,
 * which is of one moment. It appears under its name only when it is whole and was looked at.
 *
 * @throws {BackupFaulty} where the copy is not sound
 * @throws {NoPlace} where its folder cannot be made
 */
export async function takeBackup(request: BackupRequest): Promise<Manifest> {
  const { target } = request
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.unfinished`)
  await makePlace(draft)
  try {
    const manifest = await fill(draft, request)
    const findings = findFaults(draft, manifest)
    if (findings.length > 0) throw new BackupFaulty('The copy is not sound.', findings)
    await syncFolders(draft)
    await rmdir(target).catch(() => {})
    await rename(draft, target)
    await syncFolder(dirname(target))
    return manifest
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

/**
 * Blobs are written before the commit that names them, and stay for minutes after the one that
 * lets go of them. So they are taken before the store, which is quick no more when there are many,
 * and again after it, when only those are missing that came meanwhile.
 */
async function fill(draft: string, request: BackupRequest): Promise<Manifest> {
  const { storeFolder, signal, onProgress } = request
  const createdAt = new Date().toISOString()
  const early = await takeEarlyBlobs(draft, request)
  const look = await sqliteFiles.copy({
    folder: storeFolder,
    target: join(draft, sqliteFiles.fileName),
    signal,
    onProgress: (doneBytes, totalBytes) => onProgress({ phase: 'copy', doneBytes, totalBytes }),
  })
  await takeNamedBlobs(draft, request, look.blobs, early)
  const secret =
    request.withSecret &&
    (await copyDurably(join(request.dataFolder, secretName), join(draft, secretName)))
  const manifest = await describe(draft, { look, createdAt, secret, request })
  await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  })
  return manifest
}

async function takeEarlyBlobs(
  draft: string,
  { storeFolder, signal, onProgress }: BackupRequest,
): Promise<ReadonlySet<string>> {
  const taken = new Set<string>()
  const found = await filesBelow(join(storeFolder, blobFolder))
  // Others are still being written, and no row can name them yet.
  const paths = found.filter((path) => isBlobId(basename(path)))
  for (const [done, path] of paths.entries()) {
    signal.throwIfAborted()
    onProgress({ phase: 'blobs', done, total: paths.length })
    const from = join(storeFolder, blobFolder, path)
    if (await linkOrCopy(from, join(draft, blobFolder, path))) taken.add(path)
  }
  return taken
}

async function takeNamedBlobs(
  draft: string,
  { storeFolder, signal }: BackupRequest,
  named: readonly NamedBlob[],
  early: ReadonlySet<string>,
): Promise<void> {
  const names = new Set(named.map(({ path }) => path))
  for (const path of early) if (!names.has(path)) await rm(join(draft, blobFolder, path))
  for (const path of names) {
    signal.throwIfAborted()
    if (early.has(path)) continue
    await linkOrCopy(join(storeFolder, blobFolder, path), join(draft, blobFolder, path))
  }
}

interface Filled {
  readonly look: StoreLook
  readonly createdAt: string
  readonly secret: boolean
  readonly request: BackupRequest
}

async function describe(
  draft: string,
  { look, createdAt, secret, request: { signal, onProgress } }: Filled,
): Promise<Manifest> {
  const paths = await filesBelow(draft)
  const files = []
  for (const [done, path] of paths.entries()) {
    signal.throwIfAborted()
    onProgress({ phase: 'hash', done, total: paths.length })
    files.push(await describeFile(join(draft, path), path))
  }
  onProgress({ phase: 'check' })
  const counts = { ...look.counts, blobs: look.blobs.length }
  return { format: 1, buzzer: version, createdAt, schema: look.schema, counts, secret, files }
}

/** Their paths with slashes; none where there is no such folder. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted()
}
