import type { Problem } from '@buzzer/contract'

/**
 * What is the same in two errors of one fault: the text without what differs from one job to the
 * next, which are numbers, ids, addresses in memory, times and quoted values.
 */
export function patternOf(text: string): string {
  return text
    .slice(0, textAtMost)
    .replaceAll(quoted, '…')
    .replaceAll(identifier, '#')
    .replaceAll(number, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** What stands further behind is a trace or a payload, and no two of those are the same. */
const textAtMost = 2_000

/** An apostrophe within a word quotes nothing. */
const quoted = /(?<!\w)'[^'\n]{0,500}'(?!\w)|"[^"\n]{0,500}"|`[^`\n]{0,500}`/g
/** UUIDs, our own ids, and hexadecimal text with a digit in it. */
const identifier =
  /\b(?:[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|[a-z]{2,5}_[\da-z]{16,}|(?:0x)?(?=[a-f]*\d)[\da-f]{8,})\b/gi
const number = /\d+(?:[.,:]\d+)*/g

/** Stands for the fault that a dead letter of an operation died of. */
export function errorGroupOf(operation: string, { code, title = '', detail }: Problem): string {
  const text = [operation, code, patternOf(title), patternOf(detail)].join('\n')
  return `${hash(text, 0x81_1c_9d_c5)}${hash(text, 0x01_00_01_93)}`
}

export const isErrorGroup = (text: string): boolean => /^[\da-f]{16}$/.test(text)

/** FNV-1a over UTF-16; two of it make collisions of a few thousand faults unlikely enough. */
function hash(text: string, start: number): string {
  let value = start
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93)
  }
  // Mixed at the end, or texts that differ in their last character alone would lie side by side.
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35)
  return ((value ^ (value >>> 16)) >>> 0).toString(16).padStart(8, '0')
}

/** An operation that has so many dead letters that somebody should look. */
export interface DeadLetterAlarm {
  readonly operation: string
  readonly deadLetters: number
  /** From how many on. */
  readonly alert: number
}

/** @param alertOf how many are too many; 0 for none */
export function deadLetterAlarms(
  depths: readonly { readonly operation: string; readonly deadLetters: number }[],
  alertOf: (operation: string) => number,
): readonly DeadLetterAlarm[] {
  return depths.flatMap(({ operation, deadLetters }) => {
    const alert = alertOf(operation)
    return alert > 0 && deadLetters >= alert ? [{ operation, deadLetters, alert }] : []
  })
}
