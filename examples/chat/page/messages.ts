import { find } from '../../browser/find.ts'
import { avatarOf } from './avatar.ts'
import { shownName } from './shown-name.ts'

export interface Message {
  readonly name: string
  readonly text: string
}

export interface Messages {
  /** What this person has written, shown before it is known to be taken. */
  addMine(id: string, message: Message): void
  refuse(id: string, why: string): void
  /** What has come from the channel, in its order. */
  add(id: string, time: string, message: Message): void
  /** Something is missing here. */
  addGap(): void
  /** What is added from here on is news. */
  endHistory(): void
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const nearPx = 80

/** The list of messages, which stays at its end while its reader is there. */
export function createMessages(me: string): Messages {
  const list = find('#messages')
  const latest = find('#latest')
  const empty = find('#empty')
  const mine = new Map<string, HTMLElement>()
  let isHistory = true
  let unseen = 0
  const title = document.title

  const isAtEnd = (): boolean => list.scrollHeight - list.scrollTop - list.clientHeight < nearPx
  const goToEnd = (): void => {
    list.scrollTop = list.scrollHeight
    latest.hidden = true
  }
  /** Ours that are not taken yet stay below all that is. */
  const place = (item: HTMLElement): void => {
    const follow = isAtEnd() || item.classList.contains('waiting')
    const [firstWaiting] = mine.values()
    list.insertBefore(item, item.classList.contains('waiting') ? null : (firstWaiting ?? null))
    joinToTheOneBefore(item)
    empty.hidden = true
    if (follow) goToEnd()
    else latest.hidden = isHistory
  }
  const countUnseen = (): void => {
    unseen = document.hidden && !isHistory ? unseen + 1 : 0
    document.title = unseen > 0 ? `(${unseen}) ${title}` : title
  }

  latest.addEventListener('click', goToEnd)
  list.addEventListener('scroll', () => {
    if (isAtEnd()) latest.hidden = true
  })
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    unseen = 0
    document.title = title
  })
  return {
    addMine(id, message) {
      const item = render(message, true)
      item.classList.add('waiting')
      setNote(item, 'sending …')
      place(item)
      mine.set(id, item)
    },
    refuse(id, why) {
      const item = mine.get(id)
      if (item !== undefined) setNote(item, `not sent: ${why}`)
    },
    add(id, time, message) {
      const item = mine.get(id) ?? render(message, message.name === me)
      mine.delete(id)
      item.classList.remove('waiting')
      showTime(item, new Date(time))
      place(item)
      countUnseen()
    },
    addGap() {
      const item = document.createElement('div')
      item.className = 'gap'
      item.textContent = 'Older messages are no longer kept'
      place(item)
    },
    endHistory() {
      isHistory = false
      empty.hidden = list.childElementCount > 0
      goToEnd()
      list.setAttribute('aria-live', 'polite')
    },
  }
}

/** What others have written is text and is never read as HTML. */
function render({ name, text }: Message, isMine: boolean): HTMLElement {
  const item = document.createElement('div')
  item.className = isMine ? 'message mine' : 'message'
  item.dataset['name'] = name
  const author = document.createElement('b')
  author.textContent = shownName(name)
  author.dir = 'auto'
  const body = document.createElement('p')
  body.dir = 'auto'
  body.textContent = text
  const note = document.createElement('small')
  item.append(avatarOf(name), author, body, note)
  return item
}

function setNote(item: HTMLElement, text: string): void {
  const note = item.querySelector('small')
  if (note !== null) note.textContent = text
}

function showTime(item: HTMLElement, time: Date): void {
  const shown = document.createElement('time')
  shown.dateTime = time.toISOString()
  shown.title = dayAndTime.format(time)
  const isToday = time.toDateString() === new Date().toDateString()
  shown.textContent = (isToday ? timeOfDay : dayAndTime).format(time)
  item.querySelector('small')?.replaceChildren(shown)
}

/** Who goes on speaking need not be named again. */
function joinToTheOneBefore(item: HTMLElement): void {
  for (const each of [item, item.nextElementSibling]) {
    if (!(each instanceof HTMLElement)) continue
    const before = each.previousElementSibling
    const isSame = before instanceof HTMLElement && before.dataset['name'] === each.dataset['name']
    each.classList.toggle('joined', isSame && each.dataset['name'] !== undefined)
  }
}
