import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { referencePages } from './reference/pages.ts'

// `npm run docs`: the reference, made of the code, below `docs/reference`.

const folder = join(import.meta.dirname, '../docs/reference')
await mkdir(folder, { recursive: true })
for (const [name, text] of await referencePages()) {
  await writeFile(join(folder, name), text)
  process.stdout.write(`docs/reference/${name}\n`)
}
