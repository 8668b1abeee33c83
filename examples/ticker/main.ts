import { parseArgs } from 'node:util'
import { findFreePort } from '../quickstart/port.ts'
import { servePage, untilStopped } from '../serve-page.ts'
import { openDataFolder, startBuzzer, startProgram } from '../start-buzzer.ts'

// Starts Buzzer, the exchange that publishes prices and the page, and serves until Ctrl-C.

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })

await using data = await openDataFolder(values.data ?? null)
const port = Number(values.port ?? (await findFreePort(3_000)))
await using page = await servePage(new URL('page/', import.meta.url), port)
// Pages of other origins are refused, so the page and Buzzer have one address, and Buzzer knows it.
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  BUZZER_PUBLIC_URL: page.url,
})
page.leadTo(buzzer.url)
await using _feed = await startProgram(new URL('feed.ts', import.meta.url), [], {
  BUZZER_URL: buzzer.url,
})

console.log(`The ticker is on ${page.url}\nCtrl-C ends it.`)
await untilStopped()
