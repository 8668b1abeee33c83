import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('makes what is missing, for its owner only, and says where it began', async () => {
  const [first, last] = [join(folder, 'a'), join(folder, 'a/b/c')]
  expect(await makeFolder(last)).toBe(first)
  expect(await makeFolder(last)).toBeNull()
  expect((await stat(last)).mode & 0o777).toBe(0o700)
})

test('fails where a file is in its way', async () => {
  await writeFile(join(folder, 'a'), '')
  await expect(makeFolder(join(folder, 'a/b'))).rejects.toThrow('EEXIST')
})

test.runIf(process.platform === 'linux')('ends where the system makes no folders', async () => {
  await expect(makeFolder('/proc/buzzer/data')).rejects.toThrow('ENOENT')
})
