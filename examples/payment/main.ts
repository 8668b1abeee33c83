import { join } from 'node:path'
import { layCable } from '../cable.ts'
import { openDataFolder, startBuzzer, startProgram } from '../start-buzzer.ts'
import { goShopping } from './shop.ts'

// Starts a bank, Buzzer in front of it and a shop; ends when the shop has done its round.

await using data = await openDataFolder()
await using bank = await startProgram(new URL('bank.ts', import.meta.url), [], {
  LEDGER: join(data.path, 'ledger.jsonl'),
})
// What the shop's requests travel through. Buzzer answers only to names that it knows as its own.
await using cable = await layCable()
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  BANK_URL: bank.url,
  BUZZER_PUBLIC_URL: cable.url,
})
cable.leadTo(buzzer.url)

await goShopping(cable, bank.url)
