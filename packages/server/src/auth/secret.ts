import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const keyBytes = 32

/**
 * The server's key: `BUZZER_SECRET` where it is set, else the one in `{data}/secret.key`, which
 * is made at the first start and readable by its owner only.
 *
 * @param configured at least 16 characters, or null
 * @throws Error where the file is there but holds no key
 */
export async function loadSecret(
  configured: string | null,
  dataFolder: string,
): Promise<Uint8Array> {
  if (configured !== null) return Buffer.from(configured, 'utf8')
  const file = join(dataFolder, 'secret.key')
  const text = (await readIfThere(file)) ?? (await create(file, dataFolder))
  const secret = Buffer.from(text.trim(), 'base64url')
  if (secret.byteLength >= keyBytes) return secret
  throw new Error(`${file} holds no key. Restore it from a backup, or remove it to get a new one.`)
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (fault) {
    if (isCode(fault, 'ENOENT')) return null
    throw fault
  }
}

/** Written whole under another name first, so that a crash or a second process leaves no half. */
async function create(file: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  await writeFile(draft, randomBytes(keyBytes).toString('base64url'), { mode: 0o600, flush: true })
  try {
    await link(draft, file)
  } catch (fault) {
    if (!isCode(fault, 'EEXIST')) throw fault
  } finally {
    await unlink(draft)
  }
  return readFile(file, 'utf8')
}

const isCode = (fault: unknown, code: string): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === code
