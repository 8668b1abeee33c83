import type { Outbound } from '../../ports/outbound.ts'

const longest = 2_048

/** Why nothing may be sent to a URL; null where there is no reason. */
export async function whyNot(url: string, outbound: Pick<Outbound, 'vet'>): Promise<string | null> {
  if (url.length > longest) return `The URL is longer than ${longest} characters.`
  return outbound.vet(url)
}
