import type { Blobs, Mentions } from '../../ports/blobs.ts'

const page = 500
const examples = 3

/** Names the first few blobs that rows name and that are not there. */
export async function auditBlobs(mentions: Mentions, blobs: Blobs): Promise<readonly string[]> {
  const missing: string[] = []
  let after = ''
  while (missing.length < examples) {
    const ids = await mentions.list(after, page)
    for (const id of ids) if (!(await blobs.has(id))) missing.push(id)
    if (ids.length < page) break
    after = ids.at(-1) ?? after
  }
  return missing.length === 0
    ? []
    : [`a row names a blob that is missing: ${missing.slice(0, examples).join(', ')}`]
}
