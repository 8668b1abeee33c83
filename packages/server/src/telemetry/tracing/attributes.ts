import type { Attributes } from '@opentelemetry/api'
import type { Running } from '../../core/job.ts'
import type { IncomingCall, OutgoingCall } from '../../ports/tracing.ts'

/**
 * What spans say, by the names of the OpenTelemetry semantic conventions for HTTP and messaging;
 * what those have no name for is below `buzzer.`.
 */

export const incomingAttributes = ({
  operation,
  method,
  route,
  path,
}: IncomingCall): Attributes => ({
  ...httpMethod(method).attributes,
  'http.route': route,
  'url.scheme': 'http',
  'url.path': path,
  ...(operation === null ? {} : { 'buzzer.operation': operation }),
})

export const jobAttributes = (job: Running): Attributes => ({
  'messaging.system': 'buzzer',
  'messaging.destination.name': job.operation,
  'messaging.message.id': job.id,
  'buzzer.job.id': job.id,
  'buzzer.operation': job.operation,
  'buzzer.tenant': job.tenant,
  'buzzer.run': job.run,
  'buzzer.attempt': job.attempt,
  'buzzer.leases_lost': job.leasesLost,
})

export function callAttributes({ method, url, resent }: OutgoingCall): Attributes {
  const target = URL.canParse(url) ? new URL(url) : null
  return {
    ...httpMethod(method).attributes,
    ...(target === null ? {} : addressOf(target)),
    ...(resent > 0 ? { 'http.request.resend_count': resent } : {}),
  }
}

const addressOf = (url: URL): Attributes => ({
  'url.full': withoutSecrets(url),
  'server.address': url.hostname,
  'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
})

/** Many old APIs take their key in the query, so that of this only the names are told. */
function withoutSecrets(url: URL): string {
  const told = new URL(url)
  told.username = ''
  told.password = ''
  for (const name of new Set(told.searchParams.keys())) told.searchParams.set(name, 'REDACTED')
  return told.href
}

/** Those of RFC 9110, RFC 5789 and the QUERY draft: a name that anybody may make up is no name. */
const knownMethods: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '),
)

/** @returns what goes into the name of a span, and what it says of the method */
export const httpMethod = (method: string): { name: string; attributes: Attributes } =>
  knownMethods.has(method)
    ? { name: method, attributes: { 'http.request.method': method } }
    : {
        name: 'HTTP',
        attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': method },
      }
