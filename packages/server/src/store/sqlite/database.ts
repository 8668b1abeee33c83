import { DatabaseSync } from 'node:sqlite'

/** What goes into a statement and comes out of it. */
export type Value = string | number | null | Uint8Array

/** The columns of one row, in the order of the statement. */
export type Row = readonly Value[]

interface Statement {
  /** @returns how many rows it changed */
  run(...params: Value[]): number
  row(...params: Value[]): Row | undefined
  rows(...params: Value[]): readonly Row[]
  /** Reads on only as far as it is iterated. */
  scan(...params: Value[]): Iterable<Row>
}

/** A thin skin over `node:sqlite` that closes its traps; see LIBRARIES.md on each of them. */
export interface Database extends Disposable {
  prepare(sql: string): Statement
  exec(sql: string): void
  /** The first column of the first row of a pragma. */
  pragma(text: string): Value
  readonly isTransaction: boolean
}

/** @param readOnly changes nothing, and fails where there is no such file */
export function openDatabase(path: string, readOnly = false): Database {
  return wrap(new DatabaseSync(path, { timeout: 5_000, readOnly }))
}

export function wrap(connection: DatabaseSync): Database {
  const prepare = (sql: string): Statement => prepareOn(connection, sql)
  return {
    prepare,
    exec: (sql) => connection.exec(sql),
    pragma: (text) => prepare(`PRAGMA ${text}`).row()?.[0] ?? null,
    get isTransaction() {
      return connection.isTransaction
    },
    [Symbol.dispose]: () => connection.close(),
  }
}

function prepareOn(connection: DatabaseSync, sql: string): Statement {
  const statement = connection.prepare(sql)
  // Rows as arrays cost less than objects, and have no null prototype to stumble over.
  statement.setReturnArrays(true)
  const expected = sql.split('?').length - 1
  // A parameter that is left out would be NULL without a word.
  const check = (given: number): void => {
    if (given !== expected) throw new Error(`${given} parameters for ${expected} in: ${sql}`)
  }
  return {
    run(...params) {
      check(params.length)
      return statement.run(...params).changes as number
    },
    row(...params) {
      check(params.length)
      return statement.get(...params) as unknown as Row | undefined
    },
    rows(...params) {
      check(params.length)
      return statement.all(...params) as unknown as Row[]
    },
    scan(...params) {
      check(params.length)
      return statement.iterate(...params) as unknown as Iterable<Row>
    },
  }
}
