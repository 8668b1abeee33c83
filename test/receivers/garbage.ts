import { failed, lines, respondWith, type Misbehaviour, type Outcome } from './receiver.ts'

const ok = 'HTTP/1.1 200 OK'

const says = (name: string, text: string, ...outcomes: readonly Outcome[]): Misbehaviour => ({
  name,
  serve: () => respondWith(text),
  outcomes: [outcomes[0] ?? failed(/not HTTP\/1\.1/)],
})

/** Those that speak something else, or HTTP as it must not be. */
export const garbage: readonly Misbehaviour[] = [
  says('speaks noise', Buffer.from(Array.from({ length: 256 }, (_, at) => at)).toString('latin1')),
  says('speaks SMTP', '220 mail.example ESMTP\r\n'),
  says('speaks HTTP/0.9', '<html>hello</html>'),
  says('speaks HTTP/2', '\0\0\u0006\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064'),
  says('speaks TLS where it is asked for none', '\u0015\u0003\u0003\0\u0002\u0002\u0028'),
  says('has a status of no number', lines('HTTP/1.1 OK 200')),
  says('has a status of two digits', lines('HTTP/1.1 20 OK', 'content-length: 0')),
  says(
    'has two lengths',
    `${lines(ok, 'content-length: 1', 'content-length: 2')}xx`,
    failed(/not HTTP|another length/),
  ),
  says('has a length below zero', lines(ok, 'content-length: -1')),
  says('has a length of no number', lines(ok, 'content-length: many')),
  says(
    'has a length and chunks',
    lines(ok, 'content-length: 1', 'transfer-encoding: chunked'),
    failed(/not HTTP|another length/),
  ),
  says('has chunks of no size', `${lines(ok, 'transfer-encoding: chunked')}zz\r\nhello\r\n`),
  says('has NUL in a header', lines(ok, 'x: a\0b', 'content-length: 0')),
  says('has a header without a name', lines(ok, ': x', 'content-length: 0')),
  says(
    'wants another protocol',
    lines('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: x'),
    failed(/closed before|broke off|not HTTP/),
  ),
]
