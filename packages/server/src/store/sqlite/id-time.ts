import type { Millis } from '../../core/time.ts'

type IdPrefix = 'job' | 'dlv'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const timeLength = 10

/** By how much the clock behind ids may differ from that behind the times in a row. */
const slackMs = 600_000

/** Every id that was made before a moment stands before this one. */
export const idAfter = (moment: Millis, prefix: IdPrefix = 'job'): string =>
  `${prefix}_${timeText(moment + slackMs)}~`

/** Every id that was made after a moment stands after this one. */
export const idBefore = (moment: Millis, prefix: IdPrefix = 'job'): string =>
  `${prefix}_${timeText(Math.max(0, moment - slackMs))}`

/** The characters in which an id carries its time; see `id.ts` of the contract. */
function timeText(moment: Millis): string {
  let text = ''
  for (let rest = Math.floor(moment); text.length < timeLength; rest = Math.floor(rest / 32)) {
    text = `${digits[rest % 32]}${text}`
  }
  return text
}
