import type { OutboundAnswer, OutboundFailure } from '../../ports/outbound.ts'

/** Of what a receiver wrote, in characters. */
const mostOfLocation = 200

const advice: Readonly<Record<number, string>> = {
  400: 'It does not understand what it got; its own log should say why.',
  401: 'It wants a credential: give the webhook the header that it asks for.',
  403: 'It does not let us in: look at its rules, and at the headers of the webhook.',
  404: 'Nothing is there: look at the path of the URL.',
  405: 'It takes no POST there: look at the path of the URL.',
  410: 'It is gone and wants no more.',
  413: 'The event is too large for it.',
  415: 'It does not take this media type; the webhook can name another one in its headers.',
  429: 'It gets more than it can take.',
  502: 'The server behind its gateway gave no answer.',
  503: 'It is overloaded or being worked on.',
  504: 'The server behind its gateway was too slow.',
}

/** Why an answer that is no 2xx is a failure, for a person. */
export function reasonOfAnswer({ status, headers }: OutboundAnswer): string {
  const said = `The receiver answered ${status}.`
  if (status >= 300 && status < 400) {
    const location = headers.find(([name]) => name === 'location')?.[1]
    return `${said} ${redirectAdvice(location)}`
  }
  const known = advice[status]
  if (known !== undefined) return `${said} ${known}`
  return status >= 500 ? `${said} It failed on its side.` : said
}

const redirectAdvice = (location: string | undefined): string =>
  location === undefined
    ? 'Only 2xx counts as received.'
    : 'Redirects are not followed. If this is where events should go, change the URL to ' +
      `${JSON.stringify(location.slice(0, mostOfLocation))}.`

/** Why no answer came, for a person. */
export function reasonOfFailure({ reason, detail, sent }: OutboundFailure): string {
  if (reason === 'aborted') return 'The attempt was cut short here; the event may have arrived.'
  if (reason !== 'timeout' || !sent) return detail
  return `${detail} Answer 2xx first and work after it.`
}
