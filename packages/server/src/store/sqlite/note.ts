import { everything } from './deliveries/callbacks.ts'
import type { Handler, Parts } from './parts.ts'

export const noted = { noted: 0, leaseLost: 1, tooMuch: 2 } as const

/** What a job may put out in pieces; more belongs into its result. */
export const pieceBytesAtMost = 32 * 1024 * 1024

/** Keeps the latest progress and adds pieces of output, under the lease. */
export function createNote({ db, callbacks }: Parts): Handler {
  const update = db.prepare(
    `UPDATE jobs SET version = max(version, ?), progress = coalesce(?, progress)
     WHERE id = ? AND fence = ? AND stage = 4 RETURNING callback`,
  )
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
      const updated = update.row(version, progress, id, fence)
      if (updated === undefined) {
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
        if (isNew && updated[0] === everything) callbacks.notePiece(id, piece)
      }
      output.value(noted.noted)
    },
  }
}
