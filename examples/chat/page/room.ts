import { askHead } from '../../browser/ask.ts'
import { connect, type Connection } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import { showState } from '../../browser/show-state.ts'
import { createMessages, type Message } from './messages.ts'
import { followPeople } from './people.ts'
import { createTyping } from './typing.ts'

/** How much of what was said before is shown. */
const historyLength = 200

/** Shows a room: what was said, who is there and who writes, and lets this person write. */
export function enterRoom(room: string, name: string): void {
  document.title = `#${room}`
  find('#title').textContent = room
  const connection = connect(showState)
  const channel = `chat.${room}`
  followPeople(connection, channel, name)
  const typing = createTyping(connection, `typing.${room}`, name)
  void followMessages(connection, channel, name, typing.hasSpoken)
}

async function followMessages(
  connection: Connection,
  channel: string,
  name: string,
  hasSpoken: (name: string) => void,
): Promise<void> {
  const messages = createMessages(name)
  writeMessages((text) => {
    // The id is ours, so that however often this is sent, it is said once.
    const id = crypto.randomUUID()
    const data: Message = { name, text }
    messages.addMine(id, data)
    const source = `/people/${encodeURIComponent(name)}`
    connection
      .publish(channel, { id, source, type: 'message', data })
      .catch((error: unknown) => messages.refuse(id, String(error)))
  })
  // What stands before the head is history, and is not read out one by one.
  const head = await askHead(channel)
  if (head === 0) messages.endHistory()
  connection.read<Message>(channel, {
    since: Math.max(0, head - historyLength),
    as: name,
    onEvent({ id, time, sequence, data }) {
      messages.add(id, time, data)
      hasSpoken(data.name)
      if (Number(sequence) === head) messages.endHistory()
    },
    onReset: (oldest) => {
      if (oldest > head) messages.endHistory()
      messages.addGap()
    },
  })
}

/** Enter sends, and Shift and Enter begin a line. */
function writeMessages(send: (text: string) => void): void {
  const form = find('#write', HTMLFormElement)
  const field = find('#text', HTMLTextAreaElement)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text !== '') send(text)
    field.value = ''
    field.focus()
  })
  field.addEventListener('keydown', (event) => {
    // While characters are being composed, Enter chooses one.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    form.requestSubmit()
  })
  field.focus()
}
