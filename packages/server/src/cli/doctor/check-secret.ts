import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bad, good, reasonOf, warning, type Finding } from '../../app/doctor/finding.ts'

const leastBytes = 32

/**
 * The key that signs the tokens of jobs.
 *
 * @param configured what `BUZZER_SECRET` says
 */
export async function checkSecret(folder: string, configured: string | null): Promise<Finding> {
  if (configured !== null) return good('key', 'from BUZZER_SECRET')
  const path = join(folder, 'secret.key')
  const found = await stat(path).catch(() => null)
  if (found === null) return good('key', 'none yet; the first start makes one')
  try {
    const text = await readFile(path, 'utf8')
    if (Buffer.from(text.trim(), 'base64url').byteLength < leastBytes)
      return bad('key', `${path} holds no key`, 'restore it from a backup, or remove it')
  } catch (error) {
    return bad('key', reasonOf(error), 'run it as the user that the server runs as')
  }
  const isOpen = process.platform !== 'win32' && (found.mode & 0o077) !== 0
  const bits = (found.mode & 0o777).toString(8).padStart(4, '0')
  return isOpen
    ? warning('key', `${path} has mode ${bits}: others may make tokens`, `chmod 600 ${path}`)
    : good('key', `${path}, mode ${bits}`)
}
