import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { blobFolder } from '../../store/sqlite/blobs/place.ts'
import { sqliteFiles } from '../../store/sqlite/files.ts'
import { NewerBackup, readManifest, secretName, type Manifest } from './manifest.ts'
import { makePlace, refuseFile } from './place.ts'
import type { BackupProgress } from './progress.ts'
import { copyDurably, describeFile, isCode, syncFolder, syncFolders } from './put-file.ts'
import { BackupFaulty } from './take-backup.ts'
import { draftFolder, findUnfinishedRestore } from './unfinished.ts'
import { findFaults } from './verify.ts'

export interface RestoreRequest {
  readonly source: string
  /** The data folder; made where it is not there. */
  readonly folder: string
  readonly signal: AbortSignal
  onProgress(progress: BackupProgress): void
}

class FolderNotEmpty extends Error {
  override readonly name = 'FolderNotEmpty'
}

/** What may lie in a folder that counts as empty: the lock, and what file systems put there. */
const ignored = new Set(['lock.db', 'lock.db-journal', 'lost+found'])

/**
 * Brings a backup into an empty data folder. The folder is held meanwhile, so that no server
 * starts on it, and the store appears under its name last; what fails leaves nothing behind, and what
 * was killed is done again by the next.
 *
 * @throws {StoreLocked} where a process works in the folder
 * @throws {FolderNotEmpty} where anything is in it
 * @throws {NoPlace} where there can be no such folder
 * @throws {NoBackup} where the source is none
 * @throws {NewerBackup} where a newer version made it
 * @throws {BackupFaulty} where it was changed or damaged since
 */
export async function restoreBackup(request: RestoreRequest): Promise<Manifest> {
  const { source, folder } = request
  const manifest = await readManifest(source)
  if (manifest.schema > sqliteFiles.schema)
    throw new NewerBackup(
      `The backup has schema ${manifest.schema}, which a newer Buzzer wrote; this one knows up ` +
        `to ${sqliteFiles.schema}.`,
      manifest.buzzer,
    )
  await refuseFile(folder)
  // One that a server works in is refused by the lock, with better words.
  if (!sqliteFiles.isHeld(folder)) await refuseFull(folder)
  await verifyFiles(manifest, request)
  await makePlace(folder)
  using _lock = sqliteFiles.hold(folder)
  await refuseFull(folder)
  await removeAll(folder)
  try {
    await putInPlace(manifest, request)
  } catch (error) {
    await removeAll(folder)
    throw error
  }
  return manifest
}

/** What a restore that was killed may have left; it is made anew. */
const ownParts = new Set([draftFolder, blobFolder, secretName])

async function refuseFull(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return []
    throw error
  })
  const isLeftOver = findUnfinishedRestore(folder) !== null
  const found = there.filter((name) => !ignored.has(name) && !(isLeftOver && ownParts.has(name)))
  if (found.length === 0) return
  throw new FolderNotEmpty(`${folder} is not empty: it holds ${found.slice(0, 3).join(', ')}.`)
}

async function verifyFiles(
  { files }: Manifest,
  { source, signal, onProgress }: RestoreRequest,
): Promise<void> {
  const findings: string[] = []
  for (const [done, file] of files.entries()) {
    signal.throwIfAborted()
    onProgress({ phase: 'hash', done, total: files.length })
    const found = await describeFile(join(source, file.path), file.path).catch(() => null)
    if (found === null) findings.push(`${file.path} is missing`)
    else if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
      findings.push(`${file.path} is not what was written`)
  }
  if (!files.some(({ path }) => path === sqliteFiles.fileName))
    findings.push(`${sqliteFiles.fileName} is not listed`)
  if (findings.length > 0) throw new BackupFaulty('The backup is damaged.', findings)
}

async function putInPlace(
  manifest: Manifest,
  { source, folder, signal, onProgress }: RestoreRequest,
): Promise<void> {
  const draft = join(folder, draftFolder)
  for (const [done, { path }] of manifest.files.entries()) {
    signal.throwIfAborted()
    onProgress({ phase: 'blobs', done, total: manifest.files.length })
    await copyDurably(join(source, path), join(draft, path))
  }
  onProgress({ phase: 'check' })
  const findings = findFaults(draft, manifest)
  if (findings.length > 0) throw new BackupFaulty('The restored store is not sound.', findings)
  await syncFolders(draft)
  // The store itself comes last: a folder without it holds nothing that a server would run on.
  const names = (await readdir(draft)).filter((name) => name !== sqliteFiles.fileName)
  for (const name of [...names, sqliteFiles.fileName])
    await rename(join(draft, name), join(folder, name))
  await rm(draft, { recursive: true })
  await syncFolder(folder)
}

async function removeAll(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !ignored.has(name))
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}
