import { StoreUnavailable } from '../../ports/store.ts'
import type { Core } from './core.ts'
import { isDiskFault, messageOf, unavailable } from './fault.ts'
import { opcode, status, type CommandName } from './opcode.ts'
import type { Handler } from './parts.ts'
import { createUnpack, type Message, type Pack, type Unpack } from './wire.ts'

/**
 * Runs many commands in one transaction, each as if it were alone. First all together without
 * savepoints, since they hardly ever fail; where one does, everything is taken back and runs
 * again with a savepoint each, so that it alone is answered with its error.
 *
 * @throws where the disk failed: then nothing of the batch is stored for certain, and nothing may
 *   be acknowledged
 */
export function createBatch(core: Core) {
  const { db, followers } = core
  const handlers = byOpcode(core)
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const savepoint = db.prepare('SAVEPOINT command')
  const release = db.prepare('RELEASE command')

  const handlerOf = (code: number): Handler => {
    const handler = handlers[code]
    if (handler === undefined) throw new Error(`There is no command ${code}.`)
    return handler
  }

  const writes = (messages: readonly Message[]): boolean =>
    eachCommand(messages, (code) => {
      const handler = handlerOf(code)
      return typeof handler.writes === 'boolean' ? handler.writes : handler.writes()
    })

  const runPlainly = (code: number, input: Unpack, output: Pack): void => {
    output.begin(status.done)
    handlerOf(code).run(input, output)
    output.end()
  }

  const runApart = (code: number, input: Unpack, output: Pack): void => {
    const mark = output.mark()
    const marks = followers.map((follower) => follower.mark())
    savepoint.run()
    try {
      runPlainly(code, input, output)
    } catch (error) {
      if (isDiskFault(error)) throw error
      db.exec('ROLLBACK TO command')
      for (const [index, follower] of followers.entries()) follower.undo(marks[index] ?? 0)
      output.reset(mark)
      writeFailure(output, error)
    }
    release.run()
  }

  const runAll = (messages: readonly Message[], output: Pack, run: typeof runPlainly): void => {
    eachCommand(messages, (code, input) => {
      run(code, input, output)
      return false
    })
  }

  const inTransaction = (run: () => void): void => {
    begin.run()
    try {
      run()
      core.flush()
      commit.run()
    } catch (error) {
      for (const follower of followers) follower.undo(0)
      // After some faults SQLite has rolled back already.
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
    for (const follower of followers) follower.commit()
  }

  return {
    /** Writes one reply for each command, in their order. */
    run(messages: readonly Message[], output: Pack): void {
      const wrap = writes(messages) ? inTransaction : (run: () => void): void => run()
      const mark = output.mark()
      try {
        wrap(() => runAll(messages, output, runPlainly))
      } catch (error) {
        if (isDiskFault(error)) throw error
        output.reset(mark)
        inTransaction(() => runAll(messages, output, runApart))
      }
    },
    /** Runs something of the store's own in a transaction. */
    inTransaction,
  }
}

export type Batch = ReturnType<typeof createBatch>

function byOpcode({ handlers }: Core): readonly Handler[] {
  const list: Handler[] = []
  for (const [name, code] of Object.entries(opcode)) list[code] = handlers[name as CommandName]
  return list
}

/** @returns true as soon as `visit` does */
function eachCommand(
  messages: readonly Message[],
  visit: (code: number, input: Unpack) => boolean,
): boolean {
  for (const message of messages) {
    const input = createUnpack(message)
    while (!input.isDone()) if (visit(input.open(), input)) return true
  }
  return false
}

function writeFailure(output: Pack, error: unknown): void {
  output.begin(error instanceof StoreUnavailable ? status.unavailable : status.failed)
  output.value(messageOf(error))
  output.end()
}

/** Answers every command of the messages with the same fault. */
export function refuseAll(messages: readonly Message[], output: Pack, error: unknown): void {
  const { message } = unavailable(error)
  eachCommand(messages, () => {
    output.begin(status.unavailable)
    output.value(message)
    output.end()
    return false
  })
}
