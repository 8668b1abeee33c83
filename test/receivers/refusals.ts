import {
  delivered,
  failed,
  lines,
  onHead,
  respondWith,
  type Misbehaviour,
  type Outcome,
} from './receiver.ts'

const day = 86_400_000
const answer = (status: string, ...headers: readonly string[]): string =>
  lines(`HTTP/1.1 ${status}`, 'content-length: 0', ...headers)

const refuses = (status: string, header: string, outcome: Partial<Outcome> = {}): Misbehaviour => ({
  name: `answers ${status}${header === '' ? '' : ` with ${header}`}`,
  serve: () => respondWith(answer(status, ...(header === '' ? [] : [header]))),
  outcomes: [
    failed(new RegExp(`answered ${status.slice(0, 3)}`), {
      status: Number(status.slice(0, 3)),
      ...outcome,
    }),
  ],
})

/** Those that speak HTTP well, and say no. */
export const refusals: readonly Misbehaviour[] = [
  refuses('302 Found', 'location: http://169.254.169.254/latest/meta-data/'),
  refuses('307 Temporary Redirect', 'location: /hook'),
  refuses('308 Permanent Redirect', 'location: file:///etc/passwd'),
  refuses('300 Multiple Choices', ''),
  refuses('410 Gone', '', { gone: true }),
  refuses('400 Bad Request', ''),
  refuses('401 Unauthorized', 'www-authenticate: Basic'),
  refuses('404 Not Found', ''),
  refuses('500 Oops', ''),
  refuses('599 Odd', ''),
  refuses('429 Too Many Requests', ''),
  refuses('429 Too Many Requests', 'retry-after: 7', { retryAfterMs: 7_000 }),
  refuses('429 Too Many Requests', 'retry-after: 99999999999999', { retryAfterMs: day }),
  refuses('429 Too Many Requests', `retry-after: ${'9'.repeat(400)}`),
  refuses('429 Too Many Requests', 'retry-after: -7'),
  refuses('429 Too Many Requests', 'retry-after: 1e9'),
  refuses('429 Too Many Requests', 'retry-after: tomorrow'),
  refuses('503 Unavailable', 'retry-after: 120', { retryAfterMs: 120_000 }),
  refuses('503 Unavailable', 'retry-after: Fri, 31 Dec 2199 23:59:59 GMT', { retryAfterMs: day }),
  refuses('503 Unavailable', 'retry-after: Fri, 31 Dec 1999 23:59:59 GMT'),
  {
    name: 'takes every second one',
    serve: () => {
      let count = 0
      return onHead((socket) => {
        count += 1
        socket.write(answer(count % 2 === 1 ? '500 Oops' : '200 OK'))
      })
    },
    outcomes: [failed(/answered 500/, { status: 500 }), delivered()],
  },
]
