import { expect, describe, test } from 'vitest'
import { commands, plannedCommands } from './commands.ts'
import { run, runProgram } from './testing/command-line.ts'

describe('help', () => {
  test('names every command that is there and none that is to come', async () => {
    const { stdout, exitCode } = await run(['--help'])
    expect(exitCode).toBe(0)
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    for (const { summary } of commands) expect(stdout).toContain(summary)
    for (const name of plannedCommands) expect(stdout).not.toMatch(new RegExp(`^ +${name}\\b`, 'm'))
  })

  const jobCommands = ['list', 'show', 'watch', 'cancel', 'retry'].map((name) => ['jobs', name])
  const letters = ['list', 'groups', 'retry', 'discard'].map((name) => ['dead-letters', name])
  const schedules = ['list', 'run'].map((name) => ['schedules', name])
  const named = ['init', 'start', 'dev', 'import', 'submit', 'openapi', 'backup', 'restore']
  const plain = [...named, 'doctor', 'bench', 'completion'].map((name) => [name])
  test.each([...plain, ...jobCommands, ...letters, ...schedules, ['config', 'view']])(
    'of %s %s has examples, --json and an exit code of 0',
    async (...words) => {
      const { stdout, exitCode } = await run([...words.filter(Boolean), '--help'])
      expect(stdout).toContain('Examples:\n  ')
      expect(stdout).toContain('--json')
      expect(exitCode).toBe(0)
    },
  )

  test('is shown where nothing is asked for', async () => {
    expect(await run([])).toEqual(await run(['--help']))
    expect(await run(['help', 'submit'])).toEqual(await run(['submit', '--help']))
  })
})

describe('wrong usage ends with 2 and says what to write', () => {
  test.each([
    [['strat'], /Unknown command 'strat'/, /did you mean start\?/],
    [['strat', '--help'], /Unknown command 'strat'/, /did you mean start\?/],
    [['nothing-like-it', '--help'], /Unknown command/, /buzzer --help lists/],
    [['help', 'strat'], /Unknown command 'strat'/, /did you mean start\?/],
    [['jobs', 'lsit'], /Unknown command 'lsit'/, /did you mean list\?/],
    [['submit'], /Which operation\?/, /name it, or use --batch/],
    [['submit', 'a', '{}', 'b'], /Too many arguments/, /--help/],
    [['submit', 'a', '--prioriti', '1'], /Unknown option '--prioriti'/, /--priority/],
    [['submit', 'a', '--priority', '10'], /from 0 \(first\) to 9/, /--help/],
    [['submit', 'a', '--delay', 'soon'], /'250ms', '30s'/, /--help/],
    [['submit', 'a', '--run-at', 'noon'], /2027-01-31T08:00:00Z/, /--help/],
    [['submit', 'a', '--deadline', '9'], /Write a time/, /--help/],
    [['submit', 'a', '{month: 1}'], /The input is not JSON/, /quote it for the shell/],
    [
      ['submit', 'a', '@nothing.json'],
      /nothing.json cannot be read: there is no such file/,
      /usage/,
    ],
    [['submit', 'a', '--idempotency-key', 'é'], /printable ASCII/, /usage/],
    [['submit', 'a', '--tag', 'a', '--url', 'localhost:1'], /not the address of a server/, /--url/],
    [['jobs', 'list', '--state', 'done'], /Allowed choices are queued, running/, /--help/],
    [['jobs', 'list', '--limit', '0'], /from 1 to 1000/, /--help/],
    [['dead-letters', 'retry', '--rate', '5'], /'50\/s', '100\/m'/, /--help/],
    [['dead-letters', 'retry', '--limit', '100001'], /from 1 to 100000/, /--help/],
    [['dead-letters', 'discard'], /Which dead letters/, /--all/],
    [['dead-letters', 'discard', '--all', '--tag', 'a'], /without a filter/, /usage/],
    [['dead-letters', 'discard', '--all'], /gone for good/, /--yes/],
    [['import', 'a.yaml', '--name', 'a.b'], /no name for a service/, /letters/],
    [['import', 'a.yaml', '--upstream', 'http://x'], /--upstream goes with --url/, /--url/],
    [['start', '--port', 'x'], /--port: 'x' is not a port/, /code: config-invalid/],
    [['start', '--host', '0.0.0.0'], /auth: 'none'/, /fix: buzzer start --host 127.0.0.1/],
    [['init', '--template', 'x'], /Allowed choices are handler, service, report/, /--help/],
    [['backup'], /Missing required argument 'folder'/, /--help/],
    [['restore', 'copy'], /Required option '--data <folder>' not specified/, /--help/],
    [['completion', 'csh'], /Allowed choices are bash, zsh, fish/, /--help/],
    [['config', 'view', '--config', 'nowhere.ts'], /There is no such file/, /--config/],
  ])('%j', async (argv, what, fix) => {
    const { stderr, stdout, exitCode } = await run(argv)
    expect(stderr).toMatch(what)
    expect(stderr).toMatch(fix)
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })

  test.each(plannedCommands)('%s is not supported yet', async (name) => {
    const { stderr, exitCode } = await run([name, 'something', '--else'])
    expect(stderr).toContain(`buzzer ${name} is not supported yet`)
    expect(exitCode).toBe(2)
  })

  test('with --json as one line of JSON, with --verbose with the stack too', async () => {
    const { stderr } = await run(['submit', '--json', '--verbose'])
    const [line = '', ...stack] = stderr.split('\n')
    expect(JSON.parse(line)).toEqual({
      error: expect.objectContaining({ code: 'wrong-usage', fix: expect.any(String) }),
    })
    expect(stack.join('\n')).toContain('command-error.ts')
  })
})

describe('the program itself', () => {
  test('prints its version', async () => {
    const { stdout, exitCode } = await runProgram(['--version'])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(exitCode).toBe(0)
  })

  test('gives its exit code to the shell, and colours to terminals only', async () => {
    const { stderr, exitCode } = await runProgram(['strat'])
    expect(stderr).toContain("✗ Unknown command 'strat'.\n  fix: did you mean start?")
    expect(exitCode).toBe(2)
  })

  test('ends quietly where its reader has read enough', async () => {
    const { exitCode, stderr } = await runProgram(['--help'], { closeStdout: true })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
