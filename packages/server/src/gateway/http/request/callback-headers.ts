import type { Problem } from '@buzzer/contract'
import type { IncomingHttpHeaders } from 'node:http'
import { callbackEvents, type CallbackEvents, type CallbackWish } from '../../../core/callback.ts'
import { webhookSecretBytes } from '../../../core/webhook-secret.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { invalidHeader } from './header-problem.ts'

const longestUrl = 2_048

/** Reads the callback that a request brings; null where it brings none. */
function readCallback(headers: IncomingHttpHeaders): CallbackWish | null | Problem {
  const url = textOf(headers, 'callback-url')
  const events = textOf(headers, 'callback-events')
  const secret = textOf(headers, 'callback-secret')
  if (url === null) {
    if (events === null && secret === null) return null
    return invalidHeader(
      'Callback-URL',
      'has to be there where Callback-Events or Callback-Secret are',
    )
  }
  // Node joins repeated headers with a comma and a space; no address has white space in it.
  if (url.length > longestUrl || !/^[\x21-\x7e]+$/.test(url)) {
    return invalidHeader(
      'Callback-URL',
      `takes one address of at most ${longestUrl} ASCII characters; percent-encode any others`,
    )
  }
  if (events !== null && !isEvents(events)) {
    return invalidHeader('Callback-Events', `takes one of ${callbackEvents.join(', ')}`)
  }
  if (secret !== null && webhookSecretBytes(secret) === null) {
    return invalidHeader('Callback-Secret', 'takes whsec_ and 24 to 64 bytes in Base64')
  }
  return { url, events: events ?? 'final', secret }
}

const textOf = (headers: IncomingHttpHeaders, name: string): string | null =>
  headers[name]?.toString().trim() ?? null

const isEvents = (text: string): text is CallbackEvents =>
  (callbackEvents as readonly string[]).includes(text)

/** The same, with a look at where it leads; that is looked at again whenever it is called. */
export async function readCheckedCallback(
  ctx: HttpContext,
  headers: IncomingHttpHeaders,
): Promise<CallbackWish | null | Problem> {
  const callback = readCallback(headers)
  if (callback === null || isProblem(callback)) return callback
  const why = await ctx.engine.webhooks.whyNot(callback.url)
  return why === null ? callback : { code: 'callback-url-rejected', detail: `Callback-URL: ${why}` }
}

/** Whether there is anything to read, so that calls without a callback need not wait for it. */
export const bringsCallback = (headers: IncomingHttpHeaders): boolean =>
  headers['callback-url'] !== undefined ||
  headers['callback-events'] !== undefined ||
  headers['callback-secret'] !== undefined
