import type { CloudEvent, JobEventData } from '@buzzer/contract'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'

/** One event as it stands in the stream. */
export interface SseEvent {
  readonly id: number
  readonly event: string
  readonly data: CloudEvent<JobEventData>
}

export interface SseReader extends Disposable {
  readonly answer: IncomingMessage
  /** All that has come, as text. */
  text(): string
  /** The next event that was not taken yet; null at the end of the stream. */
  next(): Promise<SseEvent | null>
  /** All events up to the end of the stream. */
  rest(): Promise<readonly SseEvent[]>
}

/** Opens a stream and reads it as the HTML standard has it, for what we send. */
export async function openStream(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseReader> {
  const outgoing = request(`${url}${path}`, { agent: false, headers })
  outgoing.end()
  const answer = await answerTo(outgoing)
  let text = ''
  let rest = ''
  const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>
  const found: SseEvent[] = []
  const more = async (): Promise<boolean> => {
    const chunk = await chunks.next().catch(() => null)
    if (chunk === null || chunk.done === true) return false
    text += chunk.value
    const blocks = (rest + chunk.value).split('\n\n')
    rest = blocks.pop() ?? ''
    found.push(...blocks.flatMap(parseBlock))
    return true
  }
  const next = async (): Promise<SseEvent | null> => {
    while (found.length === 0) if (!(await more())) return null
    return found.shift() ?? null
  }
  return {
    answer,
    text: () => text,
    next,
    async rest() {
      const events: SseEvent[] = []
      for (let event = await next(); event !== null; event = await next()) events.push(event)
      return events
    },
    [Symbol.dispose]: () => outgoing.destroy(),
  }
}

function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  outgoing.once('response', resolve)
  outgoing.on('error', reject)
  return promise
}

function parseBlock(block: string): readonly SseEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)] as const
    }),
  )
  const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')]
  if (id === undefined || event === undefined || data === undefined) return []
  return [{ id: Number(id), event, data: JSON.parse(data) as SseEvent['data'] }]
}
