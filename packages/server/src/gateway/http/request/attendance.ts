import type { Problem } from '@buzzer/contract'
import { isDeclared, type ReadablePlace } from '../../../engine/channels/place.ts'
import type { HttpContext } from '../context.ts'
import { isProblem } from '../answer/problem.ts'

/** Names are shown to others, so that they are short and have nothing that hides. */
const name = /^[^\p{C}]{1,64}$/u

/**
 * Lets somebody be seen who reads a channel under a name.
 *
 * @param given null where they read unseen
 * @returns what lets them in, and is disposed of when they end; null where nobody is to be seen
 */
export function attend(
  { engine }: Pick<HttpContext, 'engine'>,
  place: ReadablePlace,
  given: string | null,
): (() => Disposable) | Problem | null {
  if (given === null) return null
  if (!name.test(given)) return badName
  if (!isDeclared(place) || !place.channel.presence) return withoutPresence(place.name)
  return () => engine.channels.presence.enter(place, given)
}

export const isAttendanceProblem = (enter: (() => Disposable) | Problem | null): enter is Problem =>
  enter !== null && isProblem(enter)

const badName: Problem = {
  code: 'invalid-parameter',
  detail: '`as` takes a name of 1 to 64 characters that can be seen.',
}

export const withoutPresence = (channel: string): Problem => ({
  code: 'invalid-parameter',
  detail: `It is not known who reads ${channel}. Declare the channel with \`presence: true\`.`,
})
