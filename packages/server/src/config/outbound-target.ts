import { isIP } from 'node:net'

/**
 * Whether an entry of `outbound.allow` is a name, an address or a range, with or without a port: the
 * guard takes each that passes, and would only say at the start of a server that it does not.
 */
export function isOutboundTarget(entry: string): boolean {
  const { target, port } = splitPort(entry)
  const [network = '', prefix, ...rest] = target.split('/')
  if (Number(port) > 65_535 || rest.length > 0) return false
  const version = isIP(network)
  if (version === 0) return prefix === undefined && isName(network)
  return prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (bits[version] ?? 0))
}

const bits: Readonly<Record<number, number>> = { 4: 32, 6: 128 }

/** Whatever has a colon more needs brackets beside a port. */
function splitPort(entry: string): { readonly target: string; readonly port: string } {
  const match = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry) ?? /^([^:]+):(\d{1,5})$/.exec(entry)
  return { target: match?.[1] ?? entry, port: match?.[2] ?? '0' }
}

const isName = (text: string): boolean => /^[\w.-]+$/.test(text) && URL.canParse(`http://${text}/`)
