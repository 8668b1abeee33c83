/** A delivery, as far as it is looked at here. */
export interface Delivery {
  readonly id: string
  readonly state: 'scheduled' | 'sending' | 'delivered' | 'failed'
  readonly event: { readonly channel: string }
  readonly attempts: number
  readonly status: number | null
}

interface NewWebhook {
  readonly id: string
  readonly secret: string
}

/** Subscribes the warehouse. What fails is tried again soon, because nobody waits here for minutes. */
export const subscribe = (buzzerUrl: string, url: string): Promise<NewWebhook> =>
  ask(`${buzzerUrl}/v1/webhooks`, {
    url,
    description: 'The warehouse',
    channels: ['payments.*'],
    types: ['payment.*'],
    policy: { schedule: ['0s', '500ms', '1s', '2s', '5s', '10s'], timeout: '5s' },
  })

/** What went to a webhook, the oldest first. */
export const deliveriesTo = (buzzerUrl: string, webhook: string): Promise<readonly Delivery[]> =>
  list(`${buzzerUrl}/v1/webhooks/${webhook}/deliveries`)

/** What was told of a job, to whomever. */
export const deliveriesOf = (buzzerUrl: string, job: string): Promise<readonly Delivery[]> =>
  list(`${buzzerUrl}/v1/deliveries?job=${job}`)

export const sendAgain = (buzzerUrl: string, { id }: Delivery): Promise<Delivery> =>
  ask(`${buzzerUrl}/v1/deliveries/${id}/redeliver`, {})

async function list(url: string): Promise<readonly Delivery[]> {
  const { deliveries } = await ask<{ readonly deliveries: readonly Delivery[] }>(url)
  return deliveries.toReversed()
}

async function ask<Answer>(url: string, body?: object): Promise<Answer> {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const answer = await fetch(url, body && { ...sent, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}
