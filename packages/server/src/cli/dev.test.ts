import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { ended, runProgram, start } from './testing/command-line.ts'

const file = 'buzzer.config.mjs'

test('what a configuration prints stands in the way of nothing', async () => {
  await using folder = await temporaryFolder('dev-prints')
  const cwd = folder.path
  const write = (rest: string): Promise<void> =>
    writeFile(join(cwd, file), `console.log('loading')\n${rest}\n`)
  await write('export default { port: 0 }')
  const shown = await runProgram(['config', 'view', '--json'], { cwd })
  expect(JSON.parse(shown.stdout)).toMatchObject({ operations: [] })
  expect(shown.stderr).toBe('loading\n')

  const child = start(['dev'], { cwd })
  const result = ended(child)
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await expect.poll(() => said).toContain('└')
  await write("throw new Error('no database')")
  await expect.poll(() => said).toContain('The server goes on as it was')
  child.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await result
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^Buzzer listening on \S+\n$/)
  expect(stderr).toMatch(/The configuration cannot be used\.\n {2}.*:2: .*no database\n/)
}, 30_000)

test('Ctrl-C while the configuration is loaded ends dev without a word about it', async () => {
  await using folder = await temporaryFolder('dev-interrupted')
  const cwd = folder.path
  // Ends its own loading as Ctrl-C at a terminal does, which reaches each of the processes.
  await writeFile(
    join(cwd, file),
    `process.kill(process.ppid, 'SIGINT')
     process.kill(process.pid, 'SIGINT')
     await new Promise(() => setInterval(() => {}, 1_000))`,
  )
  const { exitCode, stdout, stderr } = await ended(start(['dev'], { cwd }))
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' })
})
