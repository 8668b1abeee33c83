import type { EndpointId, NewWebhook, WebhookDocument } from '@buzzer/contract'

/** So many at a time. */
const flights = 16

/** Creates webhooks as users do. @returns their ids, in the order of the wishes */
export async function createWebhooks(
  { port }: { readonly port: number },
  wishes: readonly NewWebhook[],
): Promise<readonly EndpointId[]> {
  const ids: EndpointId[] = []
  for (let from = 0; from < wishes.length; from += flights) {
    const group = wishes.slice(from, from + flights)
    ids.push(...(await Promise.all(group.map((wish) => createWebhook(port, wish)))))
  }
  return ids
}

async function createWebhook(port: number, wish: NewWebhook): Promise<EndpointId> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  })
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as WebhookDocument).id
}
