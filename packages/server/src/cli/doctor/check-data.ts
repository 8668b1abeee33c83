import { open, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bad, good, reasonOf, warning, type Finding } from '../../app/doctor/finding.ts'
import { showSize } from '../show-size.ts'

const scarceBytes = 1_000_000_000
const tooFewBytes = 100_000_000
/** A file's time and ours come from one clock, unless the file system is another machine's. */
const clockToleranceMs = 2_000

/** File systems that keep no promise of `fsync`, or lose what is on them (statfs(2)). */
const doubtful: Readonly<Record<string, string>> = {
  '6969': 'NFS',
  '517b': 'SMB',
  'ff534d42': 'CIFS',
  'fe534d42': 'SMB2',
  '1021997': '9P',
  'c36400': 'Ceph',
  'bd00bd0': 'Lustre',
  '65735546': 'FUSE',
  '1021994': 'tmpfs, which is gone at the next boot',
  '858458f6': 'ramfs, which is gone at the next boot',
}

/** The folder that the data lies in: whether it can be written, and what it lies on. */
export async function checkData(folder: string): Promise<readonly Finding[]> {
  const found = await stat(folder).catch(() => null)
  if (found !== null && !found.isDirectory())
    return [bad('data', `${folder} is not a folder`, '--data with a folder')]
  const place = found === null ? await nearest(folder) : folder
  const { finding, fileTimeMs } = await tryToWrite(folder, place, found?.mode ?? null)
  return [finding, ...(await checkDisk(place)), ...(fileTimeMs === null ? [] : [fileTimeMs])]
}

async function nearest(path: string): Promise<string> {
  const parent = dirname(path)
  const isThere = (await stat(parent).catch(() => null)) !== null
  return isThere || parent === path ? parent : nearest(parent)
}

interface Tried {
  readonly finding: Finding
  /** Where the file system's clock is another one. */
  readonly fileTimeMs: Finding | null
}

async function tryToWrite(folder: string, place: string, mode: number | null): Promise<Tried> {
  const path = join(place, `.buzzer-doctor-${process.pid}`)
  try {
    const startedAt = performance.now()
    const { syncMs, driftMs } = await writeAndLook(path)
    const tookMs = performance.now() - startedAt
    const sync = `fsync in ${(syncMs < tookMs ? syncMs : tookMs).toFixed(1)} ms`
    return {
      finding: judgeMode(folder, mode, sync),
      fileTimeMs: judgeDrift(driftMs),
    }
  } catch (error) {
    const fix = `chown it to the user that runs Buzzer, or --data with another folder`
    return {
      finding: bad('data', `${place} cannot be written: ${reasonOf(error)}`, fix),
      fileTimeMs: null,
    }
  } finally {
    await rm(path, { force: true }).catch(() => {})
  }
}

async function writeAndLook(
  path: string,
): Promise<{ readonly syncMs: number; readonly driftMs: number }> {
  await using file: FileHandle = await open(path, 'wx', 0o600)
  const now = Date.now()
  await file.write('buzzer doctor\n')
  const startedAt = performance.now()
  await file.sync()
  const syncMs = performance.now() - startedAt
  return { syncMs, driftMs: (await file.stat()).mtimeMs - now }
}

function judgeMode(folder: string, mode: number | null, sync: string): Finding {
  if (mode === null) return good('data', `${folder} is not there yet; the first start makes it`)
  const bits = (mode & 0o777).toString(8).padStart(4, '0')
  const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0
  return isOpen
    ? warning('data', `${folder} has mode ${bits}: others may look into it`, `chmod 700 ${folder}`)
    : good('data', `${folder}, mode ${bits}, ${sync}`)
}

function judgeDrift(driftMs: number): Finding | null {
  if (Math.abs(driftMs) <= clockToleranceMs) return null
  const found = `the file system's clock is ${Math.round(driftMs / 1_000)} s off this machine's`
  return warning('clock', found, 'timedatectl set-ntp true, on both machines')
}

async function checkDisk(place: string): Promise<readonly Finding[]> {
  const disk = await statfs(place, { bigint: true }).catch(() => null)
  if (disk === null) return []
  const free = Number(disk.bavail * disk.bsize)
  const space = `${showSize(free)} free of ${showSize(Number(disk.blocks * disk.bsize))}`
  const name = doubtful[BigInt.asUintN(32, disk.type).toString(16)]
  if (name !== undefined)
    return [warning('disk', `${space}, on ${name}`, '--data with a folder on a local disk')]
  if (free < tooFewBytes) return [bad('disk', space, 'free space, or --data on another disk')]
  return [free < scarceBytes ? warning('disk', space, 'free space') : good('disk', space)]
}
