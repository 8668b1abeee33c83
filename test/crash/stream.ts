import { request, type Target } from './caller.ts'

export interface SeenEnd {
  readonly run: number
  readonly state: string
}

interface Frame {
  readonly id: number
  readonly event: string
  readonly data: string
}

/**
 * Follows a job by Server-Sent Events to its end, going on where it was after every loss of the
 * connection.
 *
 * @returns the outcome that it was told, or null where the server says that there is no more
 */
export async function followEvents(
  target: Target,
  job: string,
  report: (finding: string) => void,
): Promise<SeenEnd | null> {
  let cursor = 0
  for (;;) {
    for await (const frame of frames(target, job, cursor)) {
      if (frame === 'over') return null
      // Its id lies above those of the pieces that follow it.
      if (frame.event === 'job.snapshot') continue
      if (frame.id < cursor) report(`${job}: event ${frame.id} came after ${cursor}`)
      cursor = frame.id
      const state = /^job\.(succeeded|failed|cancelled)$/.exec(frame.event)?.[1]
      if (state === undefined) continue
      const { data } = JSON.parse(frame.data) as { readonly data: SeenEnd }
      if (data.state !== state) report(`${job}: a ${frame.event} shows the state ${data.state}`)
      return { run: data.run, state }
    }
  }
}

/** The events of one connection; ends where it is lost. */
async function* frames(
  target: Target,
  job: string,
  cursor: number,
): AsyncGenerator<Frame | 'over', void> {
  const headers = { 'last-event-id': String(cursor) }
  const response = await request(target, `/v1/jobs/${job}/events`, { headers })
  if (response === null || response.status === 503) return
  // 204: the end was seen; 410: it is past its retention.
  if (response.status === 204 || response.status === 410) {
    yield 'over'
    return
  }
  if (response.status !== 200 || response.body === null) {
    throw new Error(`the events of ${job} were answered with ${response.status}`)
  }
  let text = ''
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      yield* parts.filter((part) => /^id: ?\d/m.test(part)).map(frameOf)
    }
  } catch {
    // The server died, or said that it goes: come back with the cursor.
  }
}

function frameOf(text: string): Frame {
  const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1] ?? ''
  return { id: Number(field('id')), event: field('event'), data: field('data') }
}
