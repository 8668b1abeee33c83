import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@buzzer/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../packages/server/src/cli/commands.ts'
import { describeCommands, flatten } from '../../packages/server/src/cli/completion/describe.ts'
import { systemTerminal } from '../../packages/server/src/cli/terminal.ts'
import { runBuzzer } from '../support/buzzer.ts'
import { ended, submit } from '../support/call.ts'
import { temporaryFolder, type Folder } from '../support/folder.ts'
import { startServer, type Server } from '../support/server.ts'

const config = fileURLToPath(new URL('json.config.ts', import.meta.url))
const described = await describeCommands(commands, {
  terminal: systemTerminal(),
  action: () => async () => {},
})
/** Those that do something, by their words. */
const leaves = flatten(described).filter((command) => command.commands.length === 0)

interface World {
  readonly url: string
  readonly folder: string
  /** Where webhooks are taken. */
  readonly receiver: string
  job(operation: string): Promise<string>
}

type Example = (world: World) => Promise<readonly string[]> | readonly string[]

/** Their standard output begins with the line that PROTOCOL.md gives them. */
const servers = new Set(['start', 'dev'])

const onJob =
  (words: readonly string[], operation: string): Example =>
  async ({ job }) => [...words, await job(operation)]

/** What to run of every command; it has to end with 0, unless it says otherwise. */
const examples: Readonly<Record<string, Example>> = {
  'init': () => ['init', 'made'],
  'import': ({ folder }) => ['import', join(folder, 'api.yaml'), '--dry-run'],
  'submit': () => ['submit', 'works', '--wait'],
  'jobs list': () => ['jobs', 'list'],
  'jobs show': onJob(['jobs', 'show', '--result'], 'works'),
  'jobs result': onJob(['jobs', 'result'], 'works'),
  'jobs watch': onJob(['jobs', 'watch'], 'works'),
  'jobs cancel': onJob(['jobs', 'cancel'], 'lasts'),
  'jobs retry': onJob(['jobs', 'retry'], 'fails'),
  'batches show': async (world) => ['batches', 'show', await batch(world, 'works')],
  'batches watch': async (world) => ['batches', 'watch', await batch(world, 'works')],
  'batches results': async (world) => ['batches', 'results', await batch(world, 'works')],
  'batches cancel': async (world) => ['batches', 'cancel', await batch(world, 'lasts')],
  'dead-letters list': () => ['dead-letters', 'list'],
  'dead-letters groups': () => ['dead-letters', 'groups'],
  'dead-letters retry': () => ['dead-letters', 'retry', '--operation', 'fails'],
  'dead-letters discard': () => ['dead-letters', 'discard', '--all', '--yes'],
  'schedules list': () => ['schedules', 'list'],
  'schedules run': () => ['schedules', 'run', 'nightly'],
  'webhooks list': () => ['webhooks', 'list'],
  'webhooks create': ({ receiver }) => ['webhooks', 'create', receiver, '--channel', 'quiet'],
  'webhooks show': onWebhook('show'),
  'webhooks change': onWebhook('change', '--description', 'changed'),
  'webhooks enable': onWebhook('enable'),
  'webhooks disable': onWebhook('disable'),
  'webhooks delete': onWebhook('delete', '--yes'),
  'webhooks rotate-secret': onWebhook('rotate-secret'),
  'webhooks test': onWebhook('test'),
  'webhooks deliveries': onWebhook('deliveries'),
  'webhooks delivery': async (world) => ['webhooks', 'delivery', await delivery(world)],
  'webhooks redeliver': async (world) => ['webhooks', 'redeliver', await delivery(world)],
  'webhooks replay': onWebhook('replay', '--since', '1h'),
  'webhooks keys': () => ['webhooks', 'keys'],
  'publish': () => ['publish', 'news', '{"at":1}'],
  'tail': () => ['tail', 'news', '--since', '0', '--limit', '1'],
  'listen': () => ['listen', 'news', '--since', '0', '--limit', '1'],
  'openapi': () => ['openapi'],
  'asyncapi': () => ['asyncapi'],
  'backup': ({ folder }) => ['backup', 'copy', '--data', join(folder, 'data')],
  'restore': () => ['restore', 'copy', '--data', 'restored'],
  'doctor': ({ folder }) => ['doctor', '--data', join(folder, 'data'), '--port', '0'],
  'config view': () => ['config', 'view', '--config', config],
  'bench': () => ['bench', '--operation', 'works', '--seconds', '1', '--connections', '2'],
  'completion': () => ['completion', 'bash'],
}

function onWebhook(verb: string, ...rest: readonly string[]): Example {
  return async (world) => ['webhooks', verb, await webhook(world), ...rest]
}

/** It gets none but test events. */
async function webhook({ url, receiver }: World): Promise<string> {
  const { webhooks } = createClient({ url })
  return (await webhooks.create({ url: receiver, channels: ['quiet'] })).id
}

/** One that was delivered. */
async function delivery(world: World): Promise<string> {
  const { webhooks, deliveries } = createClient({ url: world.url })
  const { id } = await webhooks.test(await webhook(world))
  await expect.poll(async () => (await deliveries.get(id)).state).toBe('delivered')
  return id
}

async function batch({ url }: World, operation: string): Promise<string> {
  const response = await fetch(`${url}/v1/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jobs: [{ operation }] }),
  })
  return ((await response.json()) as { readonly id: string }).id
}

describe('--json', () => {
  let folder: Folder
  let server: Server
  let world: World
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })

  beforeAll(async () => {
    folder = await temporaryFolder('json')
    server = await startServer({ config, data: join(folder.path, 'data') })
    const { url } = server
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    world = {
      url,
      receiver: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      folder: folder.path,
      async job(operation) {
        const { id } = await submit(url, operation, {})
        if (operation !== 'lasts') await ended(url, id)
        return id
      },
    }
    await world.job('fails')
    await writeFile(
      join(folder.path, 'api.yaml'),
      'openapi: 3.1.0\ninfo: { title: T, version: "1" }\npaths: {}\n',
    )
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    receiver.closeAllConnections()
    receiver.close()
    await folder[Symbol.asyncDispose]()
  })

  test('stands on every command', () => {
    const without = leaves.filter(({ options }) => !options.some(({ flag }) => flag === '--json'))
    expect(without.map(({ words }) => words.join(' '))).toEqual([])
  })

  test('is tried of every command', () => {
    const names = leaves.map(({ words }) => words.join(' '))
    expect(new Set([...Object.keys(examples), ...servers])).toEqual(new Set(names))
  })

  test.each(Object.entries(examples))('of %s writes only JSON documents', async (_, example) => {
    const args = [...(await example(world)), '--json']
    const env = { BUZZER_URL: world.url, FORCE_COLOR: '1' }
    const { code, stdout, stderr } = await runBuzzer(args, { cwd: world.folder, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(documentsIn(stdout)).toBeGreaterThan(0)
  })

  test('turns an error into one line of JSON on standard error', async () => {
    const env = { BUZZER_URL: world.url }
    const { code, stdout, stderr } = await runBuzzer(['jobs', 'show', 'job_x', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'job-not-found' } })
  })
})

/** @throws SyntaxError where any of it is not JSON */
function documentsIn(text: string): number {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as unknown).length
}
