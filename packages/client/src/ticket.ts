import { readJson } from './answer.ts'
import { unexpected } from './error.ts'

/** Reads a ticket: what stands in an address in place of a credential (PROTOCOL.md, section 4). */
export async function readTicket(response: Response): Promise<string> {
  const { ticket } = (await readJson(response)) as { readonly ticket?: unknown }
  if (typeof ticket === 'string') return ticket
  throw unexpected(response.status, 'The answer is not a ticket.')
}
