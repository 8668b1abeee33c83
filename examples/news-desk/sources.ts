import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import process from 'node:process'

/**
 * Three sources of news in one small server: a quick one, a slow one, and one that turns callers
 * away twice before it answers. `SOURCES_DOWN` names one that never answers.
 */

interface Source {
  readonly takesMs: number
  /** How many calls it turns away before it answers the first. */
  readonly refusals: number
  readonly headlines: readonly string[]
}

const sources: Readonly<Record<string, Source>> = {
  wire: {
    takesMs: 30,
    refusals: 0,
    headlines: ['Ferries run to winter timetable', 'Crane at north quay repaired'],
  },
  radio: {
    takesMs: 900,
    refusals: 0,
    headlines: ['Fog expected until Thursday'],
  },
  gazette: {
    takesMs: 120,
    refusals: 2,
    headlines: ['Harbour full for the first time in ten years', 'Timber prices rise'],
  },
}

const down = process.env['SOURCES_DOWN'] ?? ''
const asked = new Map<string, number>()

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').slice(1)
  const source = sources[name]
  if (source === undefined) return void response.writeHead(404).end()
  await sleep(source.takesMs)
  const times = (asked.get(name) ?? 0) + 1
  asked.set(name, times)
  if (name === down || times <= source.refusals) return void response.writeHead(503).end()
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(source.headlines))
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`Sources listening on http://127.0.0.1:${port}\n`)
})

const stop = (): void => {
  server.close()
  server.closeAllConnections()
  if (process.connected) process.disconnect()
}
process.once('SIGTERM', stop)
process.once('disconnect', stop)
