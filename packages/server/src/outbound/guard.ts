import { isIP, isIPv4, type BlockList } from 'node:net'
import { embeddedIPv4, isPublicAddress, listOf, withoutZone } from './address.ts'

/** Decides about every address before it is connected to. */
export interface Guard {
  /**
   * @param host the name in the URL, as `hostKey` writes it
   * @param address what the name resolved to, or the literal address itself
   */
  permits(host: string, port: number, address: string): boolean
}

type Rule =
  | { readonly kind: 'host'; readonly host: string; readonly port: number | null }
  | { readonly kind: 'net'; readonly list: BlockList; readonly port: number | null }

/**
 * @param allow private targets that may be called all the same: `host`, `host:port`, an address,
 *   `address:port`, `[::1]:port`, a range in CIDR notation, or `[range]:port`. A name allows
 *   whatever it resolves to; an address or range allows every name that resolves into it.
 * @throws Error where an entry is none of these
 */
export function createGuard(allow: readonly string[]): Guard {
  const rules = allow.map(parseRule)
  return {
    permits: (host, port, address) =>
      isPublicAddress(address) || rules.some((rule) => applies(rule, host, port, address)),
  }
}

/** One form for names that mean the same: lower case, punycode, no trailing dot, no brackets. */
export const hostKey = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1')

/** What allows a target, as `createGuard` takes it; an IPv6 address needs brackets beside a port. */
const entryFor = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** What is said of an address that is refused, or of a name that means one. */
export const notPublic = (host: string, port: number): string =>
  `${host} is not a public address. ${fixFor(host, port)}`

/** What is said of a name whose addresses are all refused. */
export const leadsNowherePublic = (host: string, port: number): string =>
  `${host} is not a public address, or does not lead to one. ${fixFor(host, port)}`

const fixFor = (host: string, port: number): string =>
  `If it is yours, put "${entryFor(host, port)}" into outbound.allow.`

function applies(rule: Rule, host: string, port: number, address: string): boolean {
  if (rule.port !== null && rule.port !== port) return false
  if (rule.kind === 'host') return rule.host === host
  const bare = withoutZone(address)
  if (isIPv4(bare)) return rule.list.check(bare, 'ipv4')
  const embedded = embeddedIPv4(bare)
  return rule.list.check(bare, 'ipv6') || (embedded !== null && rule.list.check(embedded, 'ipv4'))
}

function parseRule(entry: string): Rule {
  const { target, port } = splitPort(entry)
  const [network = '', prefix, ...rest] = target.split('/')
  if (isIP(network) !== 0 && rest.length === 0) {
    const bits = isIPv4(network) ? 32 : 128
    const length = prefix === undefined ? bits : Number(prefix)
    if (/^\d{1,3}$/.test(prefix ?? '0') && length <= bits)
      return { kind: 'net', list: listOf([`${network}/${length}`]), port }
  }
  const url = URL.canParse(`http://${target}/`) ? new URL(`http://${target}/`) : null
  if (url === null || url.pathname !== '/' || url.port !== '' || url.username !== '')
    throw new Error(
      `"${entry}" is no target that can be allowed. ` +
        'Write host, host:port, an address, or a range such as 10.0.0.0/8.',
    )
  return { kind: 'host', host: hostKey(url.hostname), port }
}

function splitPort(entry: string): { target: string; port: number | null } {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry)
  const plain = bracketed ?? /^([^:]+):(\d{1,5})$/.exec(entry)
  if (plain === null) return { target: entry, port: null }
  return { target: plain[1] ?? '', port: plain[2] === undefined ? null : Number(plain[2]) }
}
