import { createClient } from '@buzzer/client'
import process from 'node:process'
import { layCable } from '../cable.ts'
import { openDataFolder, startBuzzer } from '../start-buzzer.ts'
import type config from './buzzer.config.ts'
import { isCancel, readAlong, readAndCancel } from './read-report.ts'

// Starts Buzzer, reads one report while it is written and cancels another; then ends.

const wordMs = Number(process.env['WORD_MS'] ?? 25)

await using data = await openDataFolder()
// What the reader is connected through. Buzzer answers only to names that it knows as its own.
await using cable = await layCable()
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  BUZZER_PUBLIC_URL: cable.url,
})
cable.leadTo(buzzer.url)

const client = createClient<typeof config>({ url: cable.url })
try {
  await readAlong(client, { month: 11, words: 180, wordMs }, cable)
  await readAndCancel(client, { month: 12, words: 1_000, wordMs })
} catch (error) {
  if (!isCancel(error)) throw error
  console.log('Cancelled.')
}
