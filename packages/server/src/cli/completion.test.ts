import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOrInstall } from '../../../../test/servers/install.ts'
import { commands } from './commands.ts'
import { run } from './testing/command-line.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buzzer-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await run(['completion', shell])
    await writeFile(join(folder, shell), stdout)
  }
  await writeFile(join(folder, 'a file'), '')
})
afterAll(() => rm(folder, { recursive: true }))

const names = commands.map(({ name }) => name)
/** What is typed, its last word unfinished, and what may stand there. */
const typed: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['buzzer ', [...names, '--help', '--version']],
  ['buzzer jo', ['jobs']],
  ['buzzer config ', ['view', '--help']],
  ['buzzer jobs list --st', ['--state']],
  ['buzzer jobs list --state c', ['cancelled']],
  ['buzzer webhooks rep', ['replay']],
  ['buzzer webhooks deliveries --state f', ['failed']],
  ['buzzer submit --callback-events s', ['states']],
  ['buzzer init --template ', ['handler', 'service', 'report']],
  ['buzzer completion z', ['zsh']],
  ['buzzer config view --ori', ['--origin']],
]

describe('bash', () => {
  const complete = (line: string): readonly string[] => {
    const script = `source ./bash; COMP_WORDS=(${line}${line.endsWith(' ') ? "''" : ''})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _buzzer; printf '%s\\n' "\${COMPREPLY[@]}"`
    const said = execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' })
    return said.split('\n').filter((word) => word !== '')
  }

  test.each(typed)('%j', (line, words) => {
    expect(complete(line).toSorted()).toEqual(words.toSorted())
  })

  test('offers files where a file belongs, and registers itself', () => {
    expect(complete('buzzer backup --data ba')).toEqual(['bash'])
    expect(complete('buzzer import zs')).toEqual(['zsh'])
    const script = 'source ./bash; complete -p buzzer'
    expect(execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' })).toContain(
      '-F _buzzer buzzer',
    )
  })
})

describe('other shells', () => {
  /** They are installed where they are missing, which takes some ten seconds. */
  const installMs = 300_000

  test(
    'fish completes it too',
    async () => {
      const fish = await findOrInstall({ binary: 'fish', debianPackage: 'fish' })
      for (const [line, words] of typed) {
        const script = `source ./fish; complete -C '${line}'`
        const said = execFileSync(fish, ['-c', script], { cwd: folder, encoding: 'utf8' })
        const found = said.split('\n').flatMap((each) => each.split('\t')[0] ?? [])
        // Options are offered only where a dash is typed.
        expect(found).toEqual(
          expect.arrayContaining(words.filter((word) => !word.startsWith('--'))),
        )
      }
    },
    installMs,
  )

  test(
    'zsh parses it',
    async () => {
      const zsh = await findOrInstall({ binary: 'zsh', debianPackage: 'zsh' })
      expect(execFileSync(zsh, ['-n', './zsh'], { cwd: folder, encoding: 'utf8' })).toBe('')
    },
    installMs,
  )

  test.each(['zsh', 'fish'])('%s is told every command, and quotes balance', async (shell) => {
    const { stdout } = await run(['completion', shell, '--json'])
    const { script } = JSON.parse(stdout) as { readonly script: string }
    for (const name of names) expect(script).toMatch(new RegExp(`[' ]${name}[': ]`))
    const code = script.replaceAll(/^#.*$/gm, '').replaceAll(/'\\''|\\'/g, '')
    expect((code.match(/'/g) ?? []).length % 2).toBe(0)
  })
})
