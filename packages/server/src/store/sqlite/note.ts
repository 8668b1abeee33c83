import type { Piece } from '../../ports/store.ts'
import { everything } from './deliveries/callbacks.ts'
import type { Handler, Parts } from './parts.ts'
import type { Unpack } from './wire.ts'

export const noted = { noted: 0, leaseLost: 1, tooMuch: 2 } as const

/** What a job may put out in pieces; more belongs into its result. */
export const pieceBytesAtMost = 32 * 1024 * 1024

/** Keeps the latest progress and adds pieces of output, under the lease. */
export function createNote(parts: Parts): Handler {
  const { db, callbacks } = parts
  const update = createUpdate(parts)
  const isHeld = db.prepare('SELECT 1 FROM jobs WHERE id = ? AND fence = ? AND stage = 4')
  const readTotal = db.prepare(
    'SELECT total FROM pieces WHERE job = ? AND version < ? ORDER BY version DESC LIMIT 1',
  )
  const insert = db.prepare(
    `INSERT INTO pieces (job, version, attempt, number, at, json, total) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (job, version) DO NOTHING`,
  )
  /** A worker whose answer got lost writes the same pieces again: they do not count twice. */
  const totalBefore = (id: string, [first]: readonly Piece[]): number =>
    first === undefined ? 0 : Number(readTotal.row(id, first.version)?.[0] ?? 0)

  return {
    writes: true,
    run(input, output) {
      const id = input.text()
      const fence = input.number()
      const version = input.number()
      const progress = input.textOrNull()
      const count = input.number()
      const added = input.number()
      const pieces = Array.from({ length: count }, () => readPiece(input))
      let total = totalBefore(id, pieces)
      if (total + added > pieceBytesAtMost) {
        output.value(isHeld.row(id, fence) === undefined ? noted.leaseLost : noted.tooMuch)
        return
      }
      const updated = update(version, progress, id, fence)
      if (updated === 'lease-lost') {
        output.value(noted.leaseLost)
        return
      }
      for (const piece of pieces) {
        const { version: at, attempt, index, json } = piece
        total += Buffer.byteLength(json)
        const isNew = insert.run(id, at, attempt, index, piece.at, json, total) > 0
        if (isNew && updated === 'told') callbacks.notePiece(id, piece)
      }
      output.value(noted.noted)
    },
  }
}

const readPiece = (input: Unpack): Piece => ({
  version: input.number(),
  attempt: input.number(),
  index: input.number(),
  at: input.number(),
  json: input.text(),
})

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
