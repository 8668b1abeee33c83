import type { JobId, Problem } from '@buzzer/contract'
import type { FailedAttempt } from '../../core/job.ts'
import type { Piece } from '../../ports/store.ts'
import { plain, type Handler, type Parts } from './parts.ts'

/** Reads an input as its columns; the request as JSON text. */
export function createInput({ db }: Parts): Handler {
  const read = db.prepare('SELECT media_type, request, body FROM inputs WHERE job = ?')
  return {
    writes: false,
    run(input, output) {
      const row = read.row(input.text())
      output.value(row === undefined ? 0 : 1)
      if (row === undefined) return
      output.value(row[0])
      output.value(row[1])
      output.body(row[2] as Uint8Array | string)
    },
  }
}

export function createResult({ db }: Parts): Handler {
  const read = db.prepare('SELECT status, media_type, headers, body FROM results WHERE job = ?')
  return {
    writes: false,
    run(input, output) {
      const row = read.row(input.text())
      output.value(row === undefined ? 0 : 1)
      if (row === undefined) return
      output.value(row[0])
      output.value(row[1])
      output.value(row[2])
      output.body(row[3] as Uint8Array | string)
    },
  }
}

export interface PiecesRequest {
  readonly id: JobId
  readonly since: number
  readonly limit: number
}

/** Pieces of earlier attempts are gone already, so all that are there are of the present one. */
export function createPieces({ db }: Parts): Handler {
  const read = db.prepare(
    `SELECT version, attempt, number, at, json FROM pieces WHERE job = ? AND version > ?
     ORDER BY version LIMIT ?`,
  )
  return plain(false, ({ id, since, limit }: PiecesRequest): readonly Piece[] =>
    read.rows(id, since, limit).map((row) => ({
      version: row[0] as number,
      attempt: row[1] as number,
      index: row[2] as number,
      at: row[3] as number,
      json: row[4] as string,
    })),
  )
}

export function createFailures({ db }: Parts): Handler {
  const read = db.prepare(
    `SELECT run, attempt, started_at, finished_at, error FROM failures
     WHERE job = ? AND run = (SELECT run FROM jobs WHERE id = ?) ORDER BY attempt`,
  )
  return plain(false, (id: JobId): readonly FailedAttempt[] =>
    read.rows(id, id).map((row) => ({
      run: row[0] as number,
      attempt: row[1] as number,
      startedAt: row[2] as number,
      finishedAt: row[3] as number,
      error: JSON.parse(row[4] as string) as Problem,
    })),
  )
}
