import { lookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { Clock } from '../ports/clock.ts'
import type { Breaks } from './breaks.ts'
import { hostKey, leadsNowherePublic, type Guard } from './guard.ts'

/** Every address that the name stands for was refused. */
export class AddressRejected extends Error {
  override readonly name = 'AddressRejected'
}

/** The connection did not open in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout'
}

/** Gives the addresses that a name stands for; fails where it stands for none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

export interface ConnectDeps {
  readonly guard: Guard
  readonly resolve: Resolve
  readonly clock: Clock
  readonly breaks: Breaks
  readonly timeoutMs: number
  /** PEM certificates to trust instead of the system's; null for the system's. */
  readonly ca: string | null
}

/** A name with a hundred addresses must not be a way to scan a hundred hosts. */
const maxAddresses = 4

/**
 * Opens connections for undici. The name is resolved once, each address is checked, and it is the
 * checked address that is connected to, so that a name which changes its mind gains nothing. The
 * name itself only goes into the TLS handshake.
 */
export function createConnector(deps: ConnectDeps): buildConnector.connector {
  const dial = buildConnector({ timeout: 0, ...(deps.ca === null ? {} : { ca: deps.ca }) })

  const dialOne = (options: buildConnector.Options, address: string, timeoutMs: number) =>
    new Promise<Socket>((resolve, reject) => {
      const servername = isIP(hostKey(options.hostname)) === 0 ? hostKey(options.hostname) : null
      const opening: unknown = dial(
        { ...options, hostname: address, ...(servername === null ? {} : { servername }) },
        (error, socket) => {
          cancelTimer()
          if (error === null) resolve(socket)
          else reject(error)
        },
      )
      const cancelTimer = deps.clock.after(timeoutMs, () => {
        reject(new ConnectTimeout('The connection did not open in time.'))
        ;(opening as Socket).destroy()
      })
    })

  const open = async (options: buildConnector.Options): Promise<Socket> => {
    const until = deps.clock.monotonic() + deps.timeoutMs
    const addresses = await checkedAddresses(deps, options)
    let failure: unknown
    for (const [index, address] of addresses.entries()) {
      const leftMs = until - deps.clock.monotonic()
      try {
        return await dialOne(options, address, Math.max(1, leftMs / (addresses.length - index)))
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  return (options, callback) => {
    open(options).then(
      (socket) => {
        socket.on('error', () => deps.breaks.happened(`${options.protocol}//${options.host ?? ''}`))
        callback(null, socket)
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}

async function checkedAddresses(
  deps: ConnectDeps,
  options: buildConnector.Options,
): Promise<readonly string[]> {
  const host = hostKey(options.hostname)
  const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80)
  const found = isIP(host) === 0 ? await resolveInTime(deps, host) : [host]
  const permitted = found.filter(
    (address) => isIP(address) !== 0 && deps.guard.permits(host, port, address),
  )
  if (permitted.length === 0) throw new AddressRejected(leadsNowherePublic(host, port))
  return permitted.slice(0, maxAddresses)
}

const resolveInTime = (deps: ConnectDeps, host: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const cancelTimer = deps.clock.after(deps.timeoutMs, () =>
      reject(new ConnectTimeout('The host name did not resolve in time.')),
    )
    deps.resolve(host).then(resolve, reject).finally(cancelTimer)
  })
