import { find } from '../../browser/find.ts'
import { enterRoom } from './room.ts'
import { shownName } from './shown-name.ts'

// Who has said a name in this window, and in which room, is let in at once, also after a reload.

const room = new URLSearchParams(location.search).get('room')
const name = sessionStorage.getItem('name')

if (room !== null && /^[a-z0-9-]{1,40}$/.test(room) && name !== null) {
  find('#door').hidden = true
  find('#room').hidden = false
  enterRoom(room, name)
} else {
  const nameField = find('#your-name', HTMLInputElement)
  const roomField = find('#room-name', HTMLInputElement)
  nameField.value = name ?? ''
  roomField.value = room ?? 'lobby'
  nameField.focus()
  find('#join').addEventListener('submit', (event) => {
    event.preventDefault()
    if (nameField.value.trim() === '') return
    sessionStorage.setItem('name', shownName(nameField.value))
    location.assign(`/?room=${encodeURIComponent(roomField.value)}`)
  })
}
