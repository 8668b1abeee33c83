import { networkInterfaces } from 'node:os'
import { urlHost } from '../config/server-address.ts'

const anyAddress = new Set(['0.0.0.0', '::'])
const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * The names by which this server may be called while there is no authentication, as they stand in
 * `Host`: loopback, the address that it listens on, and that of `publicUrl`.
 *
 * @param port that it listens on
 */
export function ownHosts(
  host: string,
  port: number,
  publicUrl: string | null,
): ReadonlySet<string> {
  const names = anyAddress.has(host)
    ? [...loopback, ...ownAddresses()]
    : [...loopback, urlHost(host)]
  const hosts = names.map((name) => `${name.toLowerCase()}:${port}`)
  if (port === 80) hosts.push(...names)
  if (publicUrl !== null) hosts.push(new URL(publicUrl).host)
  return new Set(hosts)
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => urlHost(address))
