import { join } from 'node:path'
import { openDataFolder, startBuzzer, startProgram } from '../start-buzzer.ts'
import { subscribe } from './deliveries.ts'
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
const webhook = await subscribe(buzzer.url, `${warehouse.url}/payments`)
warehouse.trust(webhook.secret)

await sellAll({ buzzerUrl: buzzer.url, webhook: webhook.id, shop, warehouse })
