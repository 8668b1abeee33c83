import { createClient } from '@buzzer/client'
import { openDataFolder, startBuzzer, startProgram } from '../start-buzzer.ts'
import { askAround } from './ask-around.ts'
import type config from './buzzer.config.ts'

// Starts the sources and Buzzer, asks around once, and ends.

await using data = await openDataFolder()
await using sources = await startProgram(new URL('sources.ts', import.meta.url))
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  SOURCES_URL: sources.url,
})
await askAround(createClient<typeof config>({ url: buzzer.url }))
