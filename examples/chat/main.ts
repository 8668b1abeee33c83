import { parseArgs } from 'node:util'
import { findFreePort } from '../quickstart/port.ts'
import { servePage, untilStopped } from '../serve-page.ts'
import { openDataFolder, startBuzzer } from '../start-buzzer.ts'

// Starts Buzzer and the page, and serves both until Ctrl-C.

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })

await using data = await openDataFolder(values.data ?? null)
const port = Number(values.port ?? (await findFreePort(3_000)))
await using page = await servePage(new URL('page/', import.meta.url), port)
// Pages of other origins are refused, so the page and Buzzer have one address, and Buzzer knows it.
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  BUZZER_PUBLIC_URL: page.url,
})
page.leadTo(buzzer.url)

console.log(`The chat is on ${page.url}\nOpen it in two windows. Ctrl-C ends it.`)
await untilStopped()
