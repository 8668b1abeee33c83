import type { DeliveryDocument } from '@buzzer/client'
import { setTimeout as sleep } from 'node:timers/promises'
import { cards } from '../payment/payment.ts'
import type { Order } from './order.ts'
import type { PaymentClient, Shop } from './shop.ts'
import type { Warehouse } from './warehouse.ts'

const say = (text: string): void => console.log(`  ${text}`)
const chapter = (title: string): void => console.log(`\n${title}`)

const orders: readonly Order[] = [
  { order: 'order-1', card: cards.good, cents: 12_900 },
  { order: 'order-2', card: cards.declined, cents: 5_000 },
  { order: 'order-3', card: cards.busy, cents: 7_700 },
]

export interface Street {
  readonly client: PaymentClient
  /** That of the warehouse. */
  readonly webhook: string
  readonly shop: Shop
  readonly warehouse: Warehouse
}

/** Sells some things, and says what the shop and the warehouse hear of it. */
export async function sellAll(street: Street): Promise<void> {
  const jobs = await sell(street)
  await hearOfPayments(street.shop)
  await openTheWarehouse(street)
  await hearAgain(street, jobs[0] ?? '')
  await refuseForgeries(street.shop)
}

async function sell({ client, shop }: Street): Promise<readonly string[]> {
  chapter('Three orders')
  const jobs: string[] = []
  for (const order of orders) {
    jobs.push(await shop.sell(client, order))
    say(`${order.order}: ${order.cents} cents, ${shop.orders.get(order.order)}`)
  }
  return jobs
}

async function hearOfPayments({ orders: known }: Shop): Promise<void> {
  chapter('The shop is called when the bank is done')
  await until(() => [...known.values()].every((state) => state !== 'waiting for its payment'))
  for (const [order, state] of known) say(`${order}: ${state}`)
}

async function openTheWarehouse({ client, webhook, warehouse }: Street): Promise<void> {
  const look = async (): Promise<readonly DeliveryDocument[]> =>
    (await client.webhooks.deliveries(webhook)).deliveries.toReversed()
  chapter('The warehouse is still closed')
  const isTold = (all: readonly DeliveryDocument[]): boolean =>
    all.length === orders.length && all.every(({ attempt }) => attempt > 0)
  await until(async () => isTold(await look()))
  for (const { event, status, state } of await look())
    say(`${event.channel}: answered ${status}, ${state}`)

  chapter('The warehouse opens')
  warehouse.open()
  await until(async () => (await look()).every(({ state }) => state === 'delivered'))
  for (const { event, status, attempt } of await look())
    say(`${event.channel}: answered ${status} ${attempt > 1 ? 'when it was tried again' : ''}`)
  say(`packed: ${warehouse.packed.toSorted().join(', ')}`)
  say(`put back: ${warehouse.putBack.join(', ')}`)
}

async function hearAgain({ client, shop }: Street, job: string): Promise<void> {
  chapter('A callback comes a second time')
  const { deliveries } = await client.deliveries.list({ job })
  for (const { id } of deliveries) await client.deliveries.redeliver(id)
  await until(() => shop.repeated() === 1)
  say(`the shop knows it: order-1 is ${shop.orders.get('order-1')}`)
}

async function refuseForgeries({ url, orders: known }: Shop): Promise<void> {
  chapter('Somebody else says that order-2 is paid')
  const data = { state: 'succeeded', tags: ['order-2'], error: null }
  const answer = await fetch(`${url}/payments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents+json',
      'webhook-id': 'dlv_forged',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': `v1,${Buffer.alloc(32, 'x').toString('base64')}`,
    },
    body: JSON.stringify({ type: 'dev.buzzer.job.succeeded', data }),
  })
  say(`refused with ${answer.status}: order-2 is ${known.get('order-2')}`)
}

const patienceMs = 20_000
const lookMs = 50

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('It took too long')
    await sleep(lookMs)
  }
}
