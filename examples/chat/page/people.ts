import { ask, pathOf } from '../../browser/ask.ts'
import type { Connection } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import { avatarOf } from './avatar.ts'
import { isolated } from './shown-name.ts'

interface Presence {
  readonly members: readonly { readonly name: string; readonly since: string }[]
  readonly count: number
  /** The cursor with which a reader of `presence/{channel}` misses nobody after the list. */
  readonly sequence: string
}

/** Shows who is in a room: those who are there, and then whoever comes and goes. */
export function followPeople(connection: Connection, channel: string, me: string): void {
  const people = new Set<string>()
  const begin = async (): Promise<void> => {
    const { members, sequence } = await ask<Presence>(pathOf(channel, 'presence'))
    people.clear()
    for (const { name } of members) people.add(name)
    show(people, me)
    const reading = connection.read<{ readonly name: string }>(`presence/${channel}`, {
      since: Number(sequence),
      onEvent({ type, data }) {
        if (type.endsWith('.joined')) people.add(data.name)
        else people.delete(data.name)
        show(people, me)
      },
      // Buzzer has started anew, and so does the list.
      onReset() {
        reading.stop()
        void begin()
      },
    })
  }
  void begin()
}

function show(people: ReadonlySet<string>, me: string): void {
  find('#people-count').textContent = String(people.size)
  const names = [...people].toSorted((a, b) => a.localeCompare(b))
  find('#people-list').replaceChildren(
    ...names.map((name) => {
      const item = document.createElement('li')
      const label = document.createElement('span')
      label.append(isolated(name), name === me ? ' (you)' : '')
      item.append(avatarOf(name), label)
      return item
    }),
  )
}
