import { everything } from './deliveries/callbacks.ts'
import type { Handler, Parts } from './parts.ts'

export const noted = { noted: 0, leaseLost: 1, tooMuch: 2 } as const

/** What a job may put out in pieces; more belongs into its result. */
export const pieceBytesAtMost = 32 * 1024 * 1024

/** Keeps the latest progress and adds pieces of output, under the lease. */
export function createNote(parts: Parts): Handler {
  const { db, callbacks } = parts
  const update = createUpdate(parts)
  const isHeld = db.prepare('SELECT 1 FROM jobs WHERE id = ? AND fence = ? AND stage = 4')
  const readTotal = db.prepare(
    'SELECT total FROM pieces WHERE job = ? ORDER BY version DESC LIMIT 1',
  )
  const insert = db.prepare(
    // A worker whose answer got lost writes the same pieces again.
    `INSERT INTO pieces (job, version, attempt, number, at, json, total) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (job, version) DO NOTHING`,
  )

  return {
    writes: true,
    run(input, output) {
      const id = input.text()
      const fence = input.number()
      const version = input.number()
      const progress = input.textOrNull()
      const count = input.number()
      const added = input.number()
      const before = count === 0 ? 0 : Number(readTotal.row(id)?.[0] ?? 0)
      if (before + added > pieceBytesAtMost) {
        output.value(isHeld.row(id, fence) === undefined ? noted.leaseLost : noted.tooMuch)
        return
      }
      const updated = update(version, progress, id, fence)
      if (updated === 'lease-lost') {
        output.value(noted.leaseLost)
        return
      }
      let total = before
      for (let index = 0; index < count; index += 1) {
        const pieceVersion = input.number()
        const attempt = input.number()
        const number = input.number()
        const at = input.number()
        const json = input.text()
        total += Buffer.byteLength(json)
        const isNew = insert.run(id, pieceVersion, attempt, number, at, json, total) > 0
        const piece = { version: pieceVersion, attempt, index: number, at, json }
        if (isNew && updated === 'told') callbacks.notePiece(id, piece)
      }
      output.value(noted.noted)
    },
  }
}

/** @returns how to note; it says whether a callback is to be told of the pieces too */
function createUpdate({ db, callbacks }: Parts) {
  const statement = (which: string) =>
    db.prepare(
      `UPDATE jobs SET version = max(version, ?), progress = coalesce(?, progress)
       WHERE id = ? AND fence = ? AND stage = 4 AND coalesce(callback, 0) ${which} ${everything}`,
    )
  const untold = statement('<')
  const told = statement('=')
  return (
    version: number,
    progress: string | null,
    id: string,
    fence: number,
  ): 'untold' | 'told' | 'lease-lost' => {
    if (untold.run(version, progress, id, fence) > 0) return 'untold'
    const was = callbacks.rowOf(id)
    if (was === null || told.run(version, progress, id, fence) === 0) return 'lease-lost'
    callbacks.noteChange(id, was)
    return 'told'
  }
}
