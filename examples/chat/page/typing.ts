import type { Connection } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import { isolated } from './shown-name.ts'

interface Typing {
  /** Who has spoken is no longer writing. */
  hasSpoken(name: string): void
}

const tellEveryMs = 2_000
const shownForMs = 4_000

/** Tells that this person writes, and shows who else does. */
export function createTyping(connection: Connection, channel: string, me: string): Typing {
  const writers = new Map<string, number>()
  let toldAt = -Infinity

  const show = (): void => {
    const names = [...writers.keys()].map(isolated)
    const [first = '', ...others] = names
    const who =
      names.length > 3 ? ['Several people'] : [first, ...others.flatMap((each) => [' and ', each])]
    const verb = names.length > 1 ? 'are' : 'is'
    find('#typing').replaceChildren(...(names.length === 0 ? [] : [...who, ` ${verb} writing …`]))
  }
  const stop = (name: string): void => {
    clearTimeout(writers.get(name))
    if (writers.delete(name)) show()
  }
  find('#text').addEventListener('input', () => {
    if (performance.now() - toldAt < tellEveryMs) return
    toldAt = performance.now()
    connection.mention(channel, { type: 'typing', data: { name: me } })
  })
  connection.read<{ readonly name: string }>(channel, {
    onEvent({ data: { name } }) {
      if (name === me) return
      clearTimeout(writers.get(name))
      writers.set(name, setTimeout(stop, shownForMs, name))
      show()
    },
  })
  return {
    hasSpoken(name) {
      if (name === me) toldAt = -Infinity
      stop(name)
    },
  }
}
