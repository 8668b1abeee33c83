// The panel beside the channels: pick one, publish to it, watch it. It is plain on purpose; what it
// sends is what PROTOCOL.md, section 4 has.

/**
 * @typedef {{
 *   $ref?: string, const?: unknown, default?: unknown, enum?: unknown[], minimum?: number,
 *   oneOf?: Schema[], anyOf?: Schema[], type?: string | string[], items?: Schema,
 *   properties?: Record<string, Schema>,
 * }} Schema
 * @typedef {{ name: string, problem: string | null, data?: Schema | null }} Channel
 * @typedef {{ code?: string, detail?: string, errors?: { pointer: string, detail: string }[] }} Problem
 */

/**
 * @param {string} id
 * @returns {HTMLInputElement} or an element that has what is asked of it here, too
 */
const byId = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id))
const form = byId('try')
const root = new URL(form.dataset.root ?? '', location.href).href
/** @type {Map<string, Channel>} */
const channels = new Map()
const eventsAtMost = 100
/** Ends the stream that is open. @type {AbortController | null} */
let watching = null

/** @param {string} id @param {'good' | 'waits' | 'bad'} kind @param {string} text */
function say(id, kind, text) {
  Object.assign(byId(id), { className: kind, textContent: text })
}

/**
 * @param {string} tag
 * @param {Readonly<Record<string, unknown>>} properties
 * @param {...Node} children
 */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

/** What the server says of a failure, in its own words. @param {Response} response */
async function problemOf(response) {
  const body = /** @type {Problem} */ (await response.json().catch(() => ({})))
  const details = (body.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`)
  const what = `${response.status} ${body.code ?? ''}: ${body.detail ?? 'no reason given'}`
  return [what, ...details].join('\n')
}

const unreachable = 'The server could not be reached.'

/**
 * @param {string} address
 * @param {RequestInit} [options]
 */
const ask = (address, options) =>
  fetch(address, options).catch((/** @type {unknown} */ error) => {
    if (error instanceof TypeError) throw new Error(unreachable)
    throw error
  })

async function listChannels() {
  let cursor = ''
  do {
    const response = await ask(`${root}v1/channels?limit=1000${cursor}`)
    if (!response.ok) throw new Error(await problemOf(response))
    const page = /** @type {{ channels: Channel[], next: string | null }} */ (await response.json())
    for (const one of page.channels) if (one.problem === null) channels.set(one.name, one)
    cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`
  } while (cursor !== '')
}

const deepest = 5
const members = 12
/** @type {Readonly<Record<string, unknown>>} */
const plainExamples = { string: 'text', number: 1, integer: 1, boolean: true, null: null }

/**
 * An example of what a schema takes, as a start to type over.
 *
 * @param {Schema | undefined} schema
 * @param {Schema} whole which references start from
 * @returns {unknown}
 */
function exampleOf(schema, whole, depth = 0) {
  if (typeof schema !== 'object' || depth > deepest) return {}
  const below = (/** @type {Schema | undefined} */ one) => exampleOf(one, whole, depth + 1)
  if (schema.$ref !== undefined) return below(follow(whole, schema.$ref))
  const given = [schema.const, schema.default, schema.enum?.[0], schema.minimum]
  const first = given.find((one) => one !== undefined)
  if (first !== undefined) return first
  const alternative = (schema.oneOf ?? schema.anyOf)?.[0]
  if (alternative !== undefined) return below(alternative)
  const type = [schema.type].flat()[0] ?? 'object'
  if (type === 'array') return schema.items === undefined ? [] : [below(schema.items)]
  if (type !== 'object') return plainExamples[type]
  const entries = Object.entries(schema.properties ?? {}).slice(0, members)
  return Object.fromEntries(entries.map(([name, one]) => [name, below(one)]))
}

/**
 * @param {Schema} whole
 * @param {string} reference
 * @returns {Schema | undefined}
 */
function follow(whole, reference) {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean)
  /** @type {unknown} */
  let place = whole
  for (const step of steps) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof place !== 'object' || place === null) return undefined
    place = /** @type {Record<string, unknown>} */ (place)[name]
  }
  return /** @type {Schema | undefined} */ (place)
}

/** Shows what the chosen channel needs. */
function choose() {
  stop()
  const { name = '', data } = channels.get(byId('channel').value) ?? {}
  const parameters = [...name.matchAll(/\{(\w+)\}/g)]
  byId('parameters').replaceChildren(
    ...parameters.flatMap(([, parameter], index) =>
      parameterField(`parameter-${index}`, parameter),
    ),
  )
  byId('data').value = JSON.stringify(exampleOf(data ?? undefined, data ?? {}), null, 2)
  byId('events').replaceChildren()
  say('published', 'good', '')
  say('watched', 'good', '')
}

/** @param {string} id @param {string | undefined} name */
const parameterField = (id, name) => [
  make('label', { htmlFor: id, textContent: name }),
  make('input', {
    id,
    required: true,
    value: 'example',
    pattern: '[^.\\/+#*?\\{\\}]+',
    title: 'one segment, without dots and slashes',
  }),
]

/** Where the events of the chosen channel are. */
function eventsAddress() {
  let index = 0
  const name = byId('channel').value.replaceAll(/\{\w+\}/g, () => {
    const { value } = byId(`parameter-${index}`)
    index += 1
    return value
  })
  return `${root}v1/channels/${encodeURIComponent(name)}/events`
}

async function publish() {
  const type = byId('type').value
  const response = await ask(
    eventsAddress() + (type === '' ? '' : `?type=${encodeURIComponent(type)}`),
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: byId('data').value,
    },
  )
  if (!response.ok) throw new Error(await problemOf(response))
  const { events } = /** @type {{ events: { sequence: string }[] }} */ (await response.json())
  const offset = Number(events[0]?.sequence)
  say('published', 'good', `${response.status}: published at offset ${offset}`)
}

const firstWaitMs = 1_000
const longestWaitMs = 15_000

/** Goes on after the last event that came, whenever the line is cut. */
async function watch() {
  const mine = new AbortController()
  watching = mine
  byId('watch').setAttribute('aria-pressed', 'true')
  byId('watch').textContent = 'Stop'
  const address = eventsAddress()
  const cursor = { since: byId('all').checked ? '0' : '' }
  let waitMs = firstWaitMs
  for (let isFirst = true; !mine.signal.aborted; isFirst = false) {
    const wasOpen = await readOn(address, cursor, mine.signal).catch(
      (/** @type {unknown} */ error) => {
        if (isFirst || !(error instanceof Lost)) throw error
        return false
      },
    )
    waitMs = wasOpen ? firstWaitMs : Math.min(longestWaitMs, waitMs * 2)
    if (mine.signal.aborted) return
    say('watched', 'waits', 'The connection was lost; trying again.')
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      addEventListener('online', resolve, { once: true, signal: mine.signal })
      mine.signal.addEventListener('abort', () => resolve(clearTimeout(timer)))
    })
  }
}

/** The server is not there, or not able to answer, at this moment. */
class Lost extends Error {}

/**
 * Reads the stream by hand: an EventSource hears only the types that it was told before.
 *
 * @param {string} address
 * @param {{ since: string }} cursor where to begin, and then where it is
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether it was open, until it was cut
 */
async function readOn(address, cursor, signal) {
  const query = cursor.since === '' ? '' : `?since=${encodeURIComponent(cursor.since)}`
  const response = await ask(address + query, {
    headers: { accept: 'text/event-stream' },
    signal,
  }).catch((/** @type {unknown} */ error) => {
    throw signal.aborted ? error : new Lost(unreachable)
  })
  if (response.status === 429 || response.status >= 500) throw new Lost(await problemOf(response))
  if (!response.ok || response.body === null) throw new Error(await problemOf(response))
  say('watched', 'good', 'Watching; what comes is shown first.')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  // A browser may not notice that the network is gone; it does say so.
  const cut = () => void reader.cancel().catch(() => {})
  addEventListener('offline', cut, { once: true, signal })
  let rest = ''
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const frames = (rest + piece.value).split('\n\n')
      rest = frames.pop() ?? ''
      for (const frame of frames) cursor.since = show(frame) || cursor.since
    }
  } catch (error) {
    if (signal.aborted) throw error
  }
  return true
}

/** @param {string} frame one event of the stream @returns {string} its cursor, if it has one */
function show(frame) {
  const lines = frame.split('\n')
  const valueOf = (/** @type {string} */ name) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  if (valueOf('data') === '') return valueOf('id')
  const event = /** @type {unknown} */ (JSON.parse(valueOf('data')))
  const about = make(
    'summary',
    {},
    make('strong', { textContent: valueOf('event') || 'message' }),
    make('span', { textContent: String(Number(valueOf('id'))) }),
  )
  const whole = make('pre', { textContent: JSON.stringify(event, null, 2) })
  const list = byId('events')
  list.prepend(make('li', {}, make('details', {}, about, whole)))
  while (list.children.length > eventsAtMost) list.lastElementChild?.remove()
  return valueOf('id')
}

function stop() {
  watching?.abort()
  watching = null
  byId('watch').setAttribute('aria-pressed', 'false')
  byId('watch').textContent = 'Watch'
}

/** Does it, and says what went wrong. @param {string} id @param {() => Promise<void>} work */
async function tryTo(id, work) {
  try {
    await work()
  } catch (error) {
    if (error instanceof Error && error.name !== 'AbortError') say(id, 'bad', error.message)
  }
}

for (const link of document.querySelectorAll('a[href="#try-panel"]'))
  link.addEventListener('click', () => {
    // What is drawn on the way there moves it.
    for (const ms of [0, 100, 400]) setTimeout(() => byId('try-panel').scrollIntoView(), ms)
  })

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void tryTo('published', publish)
})
byId('channel').addEventListener('change', choose)
byId('watch').addEventListener('click', () => {
  if (watching !== null) {
    stop()
    say('watched', 'good', '')
  } else if (form.reportValidity()) void tryTo('watched', watch).then(stop)
})

await tryTo('watched', async () => {
  await listChannels()
  byId('none').hidden = channels.size > 0
  byId('fields').hidden = channels.size === 0
  byId('channel').replaceChildren(
    ...[...channels.keys()].map((name) => make('option', { value: name, textContent: name })),
  )
  if (channels.size > 0) choose()
})
