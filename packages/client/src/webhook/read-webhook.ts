import type {
  RedeliveredDocument,
  WebhookDocument,
  WebhookKeysDocument,
  WebhookListDocument,
} from '@buzzer/contract'
import { readJson } from '../answer.ts'
import { unexpected } from '../error.ts'

/** A webhook in the one answer that shows its secret. */
export type WithSecret = WebhookDocument & { readonly secret: string }

const isWebhook = (value: Partial<WebhookDocument> | null): value is WebhookDocument =>
  typeof value?.id === 'string' && typeof value.url === 'string'

export async function readWebhook(response: Response): Promise<WebhookDocument> {
  const value = (await readJson(response)) as Partial<WebhookDocument> | null
  if (isWebhook(value)) return value
  throw unexpected(response.status, 'The answer is not a webhook.')
}

export async function readWithSecret(response: Response): Promise<WithSecret> {
  const webhook = await readWebhook(response)
  const { secret } = webhook
  if (secret === undefined) throw unexpected(response.status, 'The answer has no secret.')
  return { ...webhook, secret }
}

export async function readWebhooks(response: Response): Promise<WebhookListDocument> {
  const { webhooks, next } = (await readJson(response)) as Partial<WebhookListDocument>
  if (Array.isArray(webhooks) && webhooks.every(isWebhook)) return { webhooks, next: next ?? null }
  throw unexpected(response.status, 'The answer is not a list of webhooks.')
}

export async function readCount(response: Response): Promise<RedeliveredDocument> {
  const answer = (await readJson(response)) as Partial<RedeliveredDocument>
  const { count } = answer
  if (typeof count !== 'number') throw unexpected(response.status, 'The answer has no count.')
  return { ...answer, count }
}

export async function readKeys(response: Response): Promise<WebhookKeysDocument> {
  const { keys } = (await readJson(response)) as Partial<WebhookKeysDocument>
  if (Array.isArray(keys)) return { keys }
  throw unexpected(response.status, 'The answer is not a list of keys.')
}
