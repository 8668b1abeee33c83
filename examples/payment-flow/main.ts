import { createClient } from '@buzzer/client'
import { join } from 'node:path'
import { openDataFolder, startBuzzer, startProgram } from '../start-buzzer.ts'
import type config from './buzzer.config.ts'
import { openShop } from './shop.ts'
import { sellAll } from './sell-all.ts'
import { openWarehouse } from './warehouse.ts'

// Starts a bank, Buzzer in front of it, a shop and a warehouse; ends when all orders are settled.

await using data = await openDataFolder()
await using bank = await startProgram(new URL('../payment/bank.ts', import.meta.url), [], {
  LEDGER: join(data.path, 'ledger.jsonl'),
})
await using shop = await openShop()
await using warehouse = await openWarehouse()
await using buzzer = await startBuzzer(new URL('buzzer.config.ts', import.meta.url), data, {
  BANK_URL: bank.url,
  RECEIVERS: [shop, warehouse].map(({ url }) => new URL(url).host).join(' '),
})
const client = createClient<typeof config>({ url: buzzer.url })
const webhook = await client.webhooks.create({
  url: `${warehouse.url}/payments`,
  description: 'The warehouse',
  channels: ['payments.*'],
  types: ['payment.*'],
  // What fails comes again soon, because nobody waits here for minutes.
  policy: { schedule: ['0s', '500ms', '1s', '2s', '5s', '10s'], timeout: '5s' },
})
warehouse.trust(webhook.secret)

await sellAll({ client, webhook: webhook.id, shop, warehouse })
