/**
 * Reads what strace wrote (`-f -yy`, so that every file descriptor shows what it is) and says for
 * every accepted job whether its 202 was written only after its bytes were synced.
 */

/** A job that was answered with 202. */
export interface Answered {
  readonly id: string
  /** Bytes that stand in its input and nowhere else. */
  readonly marker: string
}

interface SystemCall {
  readonly name: string
  /** All arguments, and what it gave. */
  readonly text: string
  /** The file or socket that it is about. */
  readonly target: string
  /** The numbers of the lines at which it began and at which it was over. */
  readonly begin: number
  readonly end: number
  readonly ok: boolean
}

/** @returns what is wrong; nothing where every answer was true when it was given */
export function checkTrace(
  trace: string,
  folder: string,
  answered: readonly Answered[],
): readonly string[] {
  const calls = readCalls(trace)
  const files = calls.filter(({ target, ok }) => ok && target.startsWith(`${folder}/`))
  const syncs = files.filter(({ name }) => name === 'fsync' || name === 'fdatasync')
  const writes = files.filter((call) => !syncs.includes(call))
  const answers = calls.filter(
    ({ target, text }) => target.startsWith('TCP') && text.includes('HTTP/1.1 202'),
  )
  return answered.flatMap(({ id, marker }) => {
    const answer = answers.find(({ text }) => text.includes(id))
    if (answer === undefined) return [`${id}: no 202 was written to a socket`]
    return [id, marker].flatMap((bytes) => checkWrite(bytes, answer, writes, syncs))
  })
}

function checkWrite(
  bytes: string,
  answer: SystemCall,
  writes: readonly SystemCall[],
  syncs: readonly SystemCall[],
): readonly string[] {
  const write = writes.find(({ text, end }) => end < answer.begin && text.includes(bytes))
  if (write === undefined) return [`${bytes} was not written to a file before its 202`]
  const isSynced = syncs.some(
    ({ target, begin, end }) => target === write.target && begin > write.end && end < answer.begin,
  )
  return isSynced ? [] : [`${bytes} was not synced before its 202 (see line ${answer.begin + 1})`]
}

const whole = /^(\d+) +[\d.]+ (\w+)\((.*)\) += (.*)$/
const unfinished = /^(\d+) +[\d.]+ (\w+)\((.*) <unfinished \.\.\.>$/
const resumed = /^(\d+) +[\d.]+ <\.\.\. (\w+) resumed>(.*)\) += (.*)$/

/** Calls of other threads may come between the begin and the end of one. */
function readCalls(trace: string): readonly SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, { readonly begin: number; readonly text: string }>()
  const add = (name: string, text: string, result: string, begin: number, end: number): void => {
    calls.push({ name, text, target: targetOf(text), begin, end, ok: !result.startsWith('-1') })
  }
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread = '', name = '', text = '', result = ''] =
      whole.exec(line) ?? resumed.exec(line) ?? unfinished.exec(line) ?? []
    if (thread === '') continue
    if (unfinished.test(line)) open.set(thread, { begin: at, text })
    else if (resumed.test(line)) {
      const begun = open.get(thread)
      // One that began before strace did cannot prove anything.
      if (begun !== undefined) add(name, begun.text + text, result, begun.begin, at)
    } else add(name, text, result, at, at)
  }
  return calls
}

/** What `-yy` writes behind the descriptor, as in `29</data/buzzer.db-wal>`. */
const targetOf = (text: string): string => /^\d+<(.*?)>(?:,|$)/.exec(text)?.[1] ?? ''
