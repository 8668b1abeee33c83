import { notations, type Quad } from './address.ts'

const loopback: Quad = [127, 0, 0, 1]
const metadata: Quad = [169, 254, 169, 254]

/** Addresses that are written in every notation. */
const inEveryNotation: readonly Quad[] = [loopback, metadata, [10, 0, 0, 1], [192, 168, 1, 1]]

/** One or two of each range that is not public, plainly. */
const quads: readonly Quad[] = [
  [0, 0, 0, 0],
  [0, 255, 255, 255],
  [10, 255, 255, 254],
  [100, 64, 0, 1],
  [100, 100, 100, 200],
  [100, 127, 255, 254],
  [127, 0, 0, 2],
  [127, 255, 255, 254],
  [168, 63, 129, 16],
  [169, 254, 0, 1],
  [169, 254, 170, 2],
  [172, 16, 0, 1],
  [172, 31, 255, 254],
  [192, 0, 0, 8],
  [192, 0, 0, 192],
  [192, 0, 2, 1],
  [192, 88, 99, 1],
  [192, 168, 0, 1],
  [192, 168, 255, 254],
  [198, 18, 0, 1],
  [198, 19, 255, 254],
  [198, 51, 100, 1],
  [203, 0, 113, 1],
  [224, 0, 0, 1],
  [239, 255, 255, 250],
  [240, 0, 0, 1],
  [255, 255, 255, 255],
]

/** The same, embedded, and what only IPv6 has. */
const embedded = [
  'mapped',
  'compatible',
  'through NAT64',
  'through 6to4',
  'through Teredo',
] as const
const sixes = [
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::0001]',
  '[100::1]',
  '[2001::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[2001:db8::1]',
  '[2001:DB8:0:0:8:800:200C:417A]',
  '[2002::1]',
  '[3fff::1]',
  '[4000::1]',
  '[5f00::1]',
  '[fc00::1]',
  '[fd00::1]',
  '[fd00:ec2::254]',
  '[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]',
  '[fe80::1]',
  '[febf::1]',
  '[fec0::1]',
  '[ff01::1]',
  '[ff02::1]',
  '[ff0e::1]',
  // Zones, which no URL may have.
  '[fe80::1%25eth0]',
  '[::1%25lo]',
  '[::1%lo]',
  '[::ffff:127.0.0.1%25lo]',
]

/** Names that mean this machine wherever they are asked for. */
const names = [
  'localhost',
  'LOCALHOST',
  'LocalHost',
  'localhost.',
  'a.localhost',
  'a.b.c.localhost',
  'a.LOCALHOST.',
  '\uff4cocalhost',
  'loc\u00adalhost',
  '\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3',
  'local%68ost',
  '127.0.0.1.localhost',
]

/** Names of which somebody made a resolver lead to private addresses. */
export const leadingInside: Readonly<Record<string, readonly string[]>> = {
  'inside.example': ['127.0.0.1'],
  'six-inside.example': ['::1'],
  'both-inside.example': ['::1', '127.0.0.1'],
  'mapped-inside.example': ['::ffff:127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'many-inside.example': ['10.0.0.1', '172.16.0.1', '192.168.0.1', '127.0.0.1', '::1'],
  'zone-inside.example': ['fe80::1%lo'],
  'zero-inside.example': ['0.0.0.0', '::'],
  '127.0.0.1.wildcard.example': ['127.0.0.1'],
  '7f000001.wildcard.example': ['127.0.0.1'],
  'xn--nnx388a.example': ['127.0.0.1'],
  'nonsense.example': ['localhost', '127.1'],
}

/** What is no http(s) URL, or pretends that its host is another one. */
const strange = (port: number): readonly string[] => [
  ...[
    'ftp',
    'gopher',
    'dict',
    'ldap',
    'tftp',
    'ws',
    'wss',
    'jar:http',
    'HTTPX',
    'unix',
    'blob:http',
  ].map((scheme) => `${scheme}://127.0.0.1:${port}/`),
  'file:///etc/passwd',
  'file://127.0.0.1/etc/passwd',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'about:blank',
  'mailto:a@example.com',
  `//127.0.0.1:${port}/`,
  `127.0.0.1:${port}`,
  `http:127.0.0.1:${port}/`,
  `http:/127.0.0.1:${port}/`,
  `http:///127.0.0.1:${port}/`,
  `http:////127.0.0.1:${port}/`,
  `http:\\\\127.0.0.1:${port}\\`,
  `http://\\127.0.0.1:${port}/`,
  `http://user@127.0.0.1:${port}/`,
  `http://user:secret@127.0.0.1:${port}/`,
  `http://:@127.0.0.1:${port}/`,
  `http://@127.0.0.1:${port}/`,
  `http://example.com@127.0.0.1:${port}/`,
  `http://example.com%40127.0.0.1:${port}/`,
  `http://example.com:80@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}@example.com/`,
  `http://127.0.0.1:${port}\\@example.com/`,
  `http://example.com\\@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}#@example.com/`,
  `http://127.0.0.1:${port}?@example.com/`,
  `http://127.0.0.1:${port};example.com/`,
  `http://127.0.0.1:${port}/\r\nhost: example.com`,
  `http://127.0.0.1\t:${port}/`,
  `http://127.0.0.1\n:${port}/`,
  `http://127.0.0.1\0:${port}/`,
  `http://127.0.0.1%00.example.com:${port}/`,
  `http://127.0.0.1%0d%0a:${port}/`,
  `http://127.0.0.1%20:${port}/`,
  ` http://127.0.0.1:${port}/`,
  `\u00a0http://127.0.0.1:${port}/`,
  `http://127.0.0.1 :${port}/`,
  `http://[127.0.0.1]:${port}/`,
  `http://[::1:${port}/`,
  `http://::1:${port}/`,
  `http://[::1]${port}/`,
  `http://[v1.::1]:${port}/`,
  `http://[::127.0.0.1.]:${port}/`,
  `http://127.0.0.1:0/`,
  `http://127.0.0.1:99999/`,
  `http://127.0.0.1:-${port}/`,
  `http://127.0.0.1:+${port}/`,
  `http://127.0.0.1:${port}:80/`,
  `http://127.0.0.1:/`,
  `http://127.0.0.1.:${port}/`,
  `http://127.0.0.1..:${port}/`,
  `http://127..1:${port}/`,
  `http://.127.0.0.1:${port}/`,
  `http://0177.0.0.1.:${port}/`,
  `http://256.256.256.256:${port}/`,
  `http://127.0.0.256:${port}/`,
  `http://127.0.0.0.1:${port}/`,
  `http://4294967296:${port}/`,
  `http://18446744071562067969:${port}/`,
  `http://0x17f000001:${port}/`,
  `http://-127.0.0.1:${port}/`,
  `http://0x:${port}/`,
  `http://0:${port}/`,
  `http://00:${port}/`,
  `http://0.0:${port}/`,
  `http://1:${port}/`,
  `http://127:${port}/`,
  'http://',
  'http://:80/',
  '',
]

/**
 * URLs that lead to what nobody outside may reach, in every form that we know of: each has to be
 * refused, or to lead nowhere. Those of names need `leadingInside` for a resolver.
 *
 * @param port where a canary listens on this machine
 */
export function privateUrls(port: number): readonly string[] {
  const hosts = [
    ...inEveryNotation.flatMap((quad) => Object.values(notations).map((write) => write(quad))),
    ...quads.map((quad) => quad.join('.')),
    ...quads.flatMap((quad) => embedded.map((name) => notations[name]?.(quad) ?? '')),
    ...sixes,
    ...names,
    ...Object.keys(leadingInside),
  ]
  const urls = hosts.map((host) => `http://${host}:${port}/`)
  const secure = ['127.0.0.1', '[::1]', 'localhost', '2130706433', '169.254.169.254'].map(
    (host) => `hTTps://${host}:${port}/`,
  )
  const usual = ['127.0.0.1', '[::1]', 'localhost', '169.254.169.254'].flatMap((host) => [
    `http://${host}`,
    `HTTP://${host}/latest/meta-data/`,
    `https://${host}?a=b`,
    `http://${host}#c`,
  ])
  return [...new Set([...urls, ...secure, ...usual, ...strange(port)])]
}
