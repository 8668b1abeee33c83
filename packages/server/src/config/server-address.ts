/** A host as it stands in a URL and in `Host`: an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** What listening on every address is called by from this machine; not every system calls 0.0.0.0. */
const reachable: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** The address by which programs on this machine call a server that listens on that host. */
export const localUrl = (host: string, port: number): string =>
  `http://${urlHost(reachable[host] ?? host)}:${port}`
