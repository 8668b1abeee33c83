import { mayBeOwn } from '../../core/endpoint-headers.ts'
import type { Headers } from '../../core/payload.ts'
import type { Outbound, OutboundAnswer } from '../../ports/outbound.ts'
import type {
  HandshakeAnswer,
  HandshakeQuestion,
  WebhookHandshake,
} from '../../ports/webhook-handshake.ts'
import { reasonOfFailure } from './reason.ts'

export interface HandshakeParts {
  readonly outbound: Pick<Outbound, 'call'>
  readonly userAgent: string
  /** The name by which receivers know this server: the host of its public URL. */
  readonly origin: string
}

/** Nobody reads the body. */
const keepAtMost = 1_024
const readBytes = 65_536
const rate = /^[1-9]\d{0,8}$/

/** The handshake of CloudEvents webhooks 1.0.2 (section 4), without its callback. */
export function createWebhookHandshake(parts: HandshakeParts): WebhookHandshake {
  return {
    async ask(question) {
      const { url, timeoutMs, signal } = question
      const outcome = await parts.outbound.call({
        method: 'OPTIONS',
        url,
        headers: headersOf(question, parts),
        body: null,
        timeoutMs,
        maxBytes: readBytes,
        keepAtMost,
        signal,
      })
      return outcome.kind === 'answered'
        ? readAnswer(outcome.answer, question, parts.origin)
        : refused(reasonOfFailure(outcome.failure))
    },
  }
}

/** A question has no body, and it is ours. */
const notAsked: ReadonlySet<string> = new Set(['content-type', 'user-agent'])

const headersOf = (
  { headers, ratePerMinute }: HandshakeQuestion,
  { userAgent, origin }: HandshakeParts,
): Headers => [
  ['user-agent', userAgent],
  ...headers.filter(([name]) => mayBeOwn(name) && !notAsked.has(name.toLowerCase())),
  ['webhook-request-origin', origin],
  ...(ratePerMinute === null ? [] : [['webhook-request-rate', String(ratePerMinute)] as const]),
]

/** The headers alone say it: any server answers OPTIONS with some status. */
function readAnswer(
  { status, headers }: OutboundAnswer,
  { ratePerMinute }: HandshakeQuestion,
  origin: string,
): HandshakeAnswer {
  const allowed = valueOf(headers, 'webhook-allowed-origin')
  if (allowed === null)
    return refused(
      `The receiver answered OPTIONS with ${status} and without WebHook-Allowed-Origin. ` +
        `It has to send it with "${origin}" or "*" to say that it wants events.`,
    )
  if (allowed !== '*' && allowed.toLowerCase() !== origin.toLowerCase())
    return refused(`The receiver allows ${JSON.stringify(allowed)}; this server is "${origin}".`)
  return readRate(valueOf(headers, 'webhook-allowed-rate'), ratePerMinute)
}

function readRate(allowed: string | null, asked: number | null): HandshakeAnswer {
  if (allowed === '*') return { kind: 'granted', ratePerMinute: null }
  if (allowed !== null && rate.test(allowed))
    return { kind: 'granted', ratePerMinute: Number(allowed) }
  if (allowed === null && asked === null) return { kind: 'granted', ratePerMinute: null }
  return refused(
    allowed === null
      ? 'The receiver did not say how many requests a minute it takes (WebHook-Allowed-Rate).'
      : `The receiver allows ${JSON.stringify(allowed)} requests a minute, which is no number.`,
  )
}

const mostOfValue = 200

function valueOf(headers: Headers, name: string): string | null {
  const value = headers.find(([key]) => key === name)?.[1]
  return value === undefined ? null : value.trim().slice(0, mostOfValue)
}

const refused = (reason: string): HandshakeAnswer => ({ kind: 'refused', reason })
