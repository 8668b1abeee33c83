/** The four bytes of an IPv4 address. */
export type Quad = readonly [number, number, number, number]

const number = (quad: Quad): number => quad.reduce((sum, part) => sum * 256 + part, 0)
const last = ([, b, c, d]: Quad): number => (b * 256 + c) * 256 + d
const pair = ([, , c, d]: Quad): number => c * 256 + d
const hex = (value: number): string => value.toString(16)
const octal = (value: number): string => `0${value.toString(8)}`
const plain = (quad: Quad): string => quad.join('.')
/** Its two groups in an IPv6 address. */
const groups = ([a, b, c, d]: Quad): string => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`

const fullWidth = (text: string): string =>
  text.replaceAll(/[\d.]/g, (sign) =>
    String.fromCodePoint(0xff10 - 0x30 + (sign.codePointAt(0) ?? 0)),
  )
const circled = (text: string): string =>
  text.replaceAll(/\d/g, (digit) =>
    digit === '0' ? '\u24ea' : String.fromCodePoint(0x2460 - 0x31 + (digit.codePointAt(0) ?? 0)),
  )
const percent = (text: string): string => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')

/** Every way to write an IPv4 address in the host of a URL that some parser takes. */
export const notations: Readonly<Record<string, (quad: Quad) => string>> = {
  'dotted': plain,
  'with a dot behind it': (quad) => `${plain(quad)}.`,
  'one decimal number': (quad) => String(number(quad)),
  'one hexadecimal number': (quad) => `0x${hex(number(quad))}`,
  'one hexadecimal number in capitals': (quad) => `0X${hex(number(quad)).toUpperCase()}`,
  'one octal number': (quad) => octal(number(quad)),
  'two parts': (quad) => `${quad[0]}.${last(quad)}`,
  'three parts': (quad) => `${quad[0]}.${quad[1]}.${pair(quad)}`,
  'hexadecimal parts': (quad) => quad.map((part) => `0x${hex(part)}`).join('.'),
  'octal parts': (quad) => quad.map(octal).join('.'),
  'octal parts with zeros': (quad) => quad.map((part) => `000${octal(part)}`).join('.'),
  'mixed parts': ([a, b, c, d]) => `0x${hex(a)}.${octal(b)}.${c * 256 + d}`,
  'digits of full width': (quad) => fullWidth(plain(quad)),
  'digits in circles': (quad) => circled(plain(quad)),
  'dots of full width': (quad) => quad.join('\uff0e'),
  'ideographic dots': (quad) => quad.join('\u3002'),
  'dots of half width': (quad) => quad.join('\uff61'),
  'escaped dots': (quad) => quad.join('%2e'),
  'escaped': (quad) => percent(plain(quad)),
  'with a soft hyphen': (quad) => plain(quad).replace('.', '\u00ad.'),
  'mapped': (quad) => `[::ffff:${plain(quad)}]`,
  'mapped, in groups': (quad) => `[::ffff:${groups(quad)}]`,
  'mapped, in full': (quad) => `[0000:0000:0000:0000:0000:FFFF:${groups(quad)}]`,
  'compatible': (quad) => `[::${plain(quad)}]`,
  'translated': (quad) => `[::ffff:0:${groups(quad)}]`,
  'through NAT64': (quad) => `[64:ff9b::${groups(quad)}]`,
  'through NAT64, dotted': (quad) => `[64:ff9b::${plain(quad)}]`,
  'through a local NAT64': (quad) => `[64:ff9b:1::${groups(quad)}]`,
  'through 6to4': (quad) => `[2002:${groups(quad)}::1]`,
  'through Teredo': ([a, b, c, d]) =>
    `[2001:0:4136:e378:8000:63bf:${groups([255 - a, 255 - b, 255 - c, 255 - d])}]`,
}
