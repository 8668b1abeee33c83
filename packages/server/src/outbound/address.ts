import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Which addresses belong to the public internet (IANA special-purpose registries, RFC 6890 and
 * what was registered since). Whatever is not surely public is not.
 */

const notPublicIPv4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT, and the metadata service of one cloud
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // the platform service of Azure, which only its machines can reach
  '169.254.0.0/16', // link-local, and the metadata services of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]

// Only 2000::/3 is handed out as global unicast, so loopback, link-local, unique local, site-local,
// multicast, discard-only and segment-routing addresses all fall outside of it.
const publicIPv6 = ['2000::/3']
const notPublicIPv6 = [
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which can embed any IPv4 address
  '3fff::/20', // documentation
]

const reservedIPv4 = listOf(notPublicIPv4)
const globalIPv6 = listOf(publicIPv6)
const reservedIPv6 = listOf(notPublicIPv6)

/**
 * @param address a literal IPv4 or IPv6 address; a zone (`%eth0`) is left aside
 * @returns false also for what is no address at all
 */
export function isPublicAddress(address: string): boolean {
  const bare = withoutZone(address)
  if (isIPv4(bare)) return !reservedIPv4.check(bare, 'ipv4')
  if (!isIPv6(bare)) return false
  const embedded = embeddedIPv4(bare)
  if (embedded !== null) return isPublicAddress(embedded)
  return globalIPv6.check(bare, 'ipv6') && !reservedIPv6.check(bare, 'ipv6')
}

/** The address that is really meant: `::ffff:10.0.0.1` (mapped) and `64:ff9b::a00:1` (NAT64). */
export function embeddedIPv4(address: string): string | null {
  const groups = ipv6Groups(address)
  const head = groups.slice(0, 6).join(',')
  if (head !== '0,0,0,0,0,65535' && head !== '100,65435,0,0,0,0') return null
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

export const withoutZone = (address: string): string => address.split('%', 1)[0] ?? ''

/** @param ranges in CIDR notation, all of one family or mixed */
export function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/')
    list.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6')
  }
  return list
}

/** The eight groups of an address; the URL parser brings every notation to one form first. */
function ipv6Groups(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = [], tail = []] = canonical
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}
