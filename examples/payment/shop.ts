import { BuzzerError, ConnectionError, createClient, JobFailedError } from '@buzzer/client'
import type { Cable } from '../cable.ts'
import type config from './buzzer.config.ts'
import { cards, type Charge, type Payment } from './payment.ts'

const say = (text: string): void => console.log(`  ${text}`)
const chapter = (title: string): void => console.log(`\n${title}`)

interface BankView {
  readonly charges: readonly Charge[]
  /** Calls that the bank has had. */
  readonly tried: number
  readonly mostAtOnce: Readonly<Record<string, number>>
}

/** Pays in all the ways in which paying can go, and says after each what the bank has done. */
export async function goShopping(cable: Cable, bankUrl: string): Promise<void> {
  const lookAtBank = async (): Promise<BankView> =>
    (await (await fetch(`${bankUrl}/charges`)).json()) as BankView
  const chargesOf = async (account: string): Promise<readonly Charge[]> =>
    (await lookAtBank()).charges.filter((charge) => charge.account === account)

  await payWithBrokenNetwork(cable, chargesOf)
  await reuseKey(cable)
  await forgetKey(cable)
  await payWithDeclinedCard(cable, chargesOf)
  await payAtBadMoments(cable, chargesOf)
  await payManyAtOnce(cable)

  const { charges, tried, mostAtOnce } = await lookAtBank()
  chapter('The bank')
  say(`was called ${tried} times and made ${charges.length} charges`)
  say(`worked on ${mostAtOnce['ada'] ?? 0} payment of ada at a time`)
}

type ChargesOf = (account: string) => Promise<readonly Charge[]>

/** A shop that does not try again by itself, so that each step shows. */
const openShop = ({ url }: Cable) => createClient<typeof config>({ url, retry: { attempts: 1 } })

const boots: Payment = { account: 'ada', card: cards.good, cents: 12_900 }

async function payWithBrokenNetwork(cable: Cable, chargesOf: ChargesOf): Promise<void> {
  chapter('The network breaks after the shop has sent a payment')
  cable.cutNextAnswer()
  try {
    await openShop(cable).submit('charge', boots, { idempotencyKey: 'order-1041' })
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    say('order-1041: no answer. Has the customer paid? The shop cannot know.')
  }
  // A new shop that knows no more than its order.
  const job = await openShop(cable).submit('charge', boots, { idempotencyKey: 'order-1041' })
  const { charge } = await job.result()
  say(`order-1041 again: ${job.replayed ? 'the same job' : 'another job'}, ${charge}`)
  say(`charges of ada: ${(await chargesOf('ada')).length}`)
}

async function reuseKey(cable: Cable): Promise<void> {
  chapter('The same key with another amount')
  await openShop(cable)
    .submit('charge', { ...boots, cents: 99_900 }, { idempotencyKey: 'order-1041' })
    .then(() => say('was accepted'), sayRefusal)
}

async function forgetKey({ url }: Cable): Promise<void> {
  chapter('No key')
  // Without our client, which always sends one.
  const answer = await fetch(`${url}/v1/operations/charge/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(boots),
  })
  const { code } = (await answer.json()) as { readonly code: string }
  say(`refused: ${answer.status} ${code}`)
}

async function payWithDeclinedCard(cable: Cable, chargesOf: ChargesOf): Promise<void> {
  chapter('A card that the bank declines')
  const payment = { account: 'bob', card: cards.declined, cents: 5_000 }
  const job = await openShop(cable).submit('charge', payment, { idempotencyKey: 'order-1042' })
  await job.result().then(() => say('was charged'), sayRefusal)
  say(`charges of bob: ${(await chargesOf('bob')).length}`)
}

async function payAtBadMoments(cable: Cable, chargesOf: ChargesOf): Promise<void> {
  chapter('A busy bank, and one whose line breaks after it has charged')
  for (const [account, card] of [
    ['cleo', cards.busy],
    ['dora', cards.unlucky],
  ] as const) {
    const payment = { account, card, cents: 7_700 }
    const idempotencyKey = `order-of-${account}`
    const job = await openShop(cable).submit('charge', payment, { idempotencyKey })
    const { charge } = await job.result()
    const { attempt } = await job.status()
    const charges = (await chargesOf(account)).length
    say(`${account}: ${charge} at attempt ${attempt}, charges: ${charges}`)
  }
}

async function payManyAtOnce(cable: Cable): Promise<void> {
  chapter('Five payments of one account at the same time')
  const shop = openShop(cable)
  const charges = await Promise.all(
    [1, 2, 3, 4, 5].map(async (item) => {
      const payment = { ...boots, cents: item * 100 }
      // Payments with the same `key` run one at a time, in the order in which they were accepted.
      const how = { idempotencyKey: `order-of-ada-${item}`, key: 'ada' }
      return (await shop.submit('charge', payment, how)).result()
    }),
  )
  say(`${charges.length} were charged: ${charges.map(({ cents }) => cents).join(', ')} cents`)
}

function sayRefusal(error: unknown): void {
  if (!(error instanceof BuzzerError)) throw error
  const { code, status } = error
  const attempts = error instanceof JobFailedError ? ` after attempt ${error.job.attempt}` : ''
  say(`refused${attempts}: ${status} ${code}`)
}
