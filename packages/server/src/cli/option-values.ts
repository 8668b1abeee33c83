import { parseDuration, parseSequence } from '@buzzer/contract'
import { InvalidArgumentError } from 'commander'

// How the values of options are read; what does not pass is told with how to write it.

export function priorityOption(text: string): number {
  if (/^\d$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a number from 0 (first) to 9 (last).')
}

export function countOption(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1_000) return Number(text)
  throw new InvalidArgumentError('Write a number from 1 to 1000.')
}

export function wholeOption(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Write a number from 1 on.')
}

/** Where a reader begins, with or without leading zeros. */
export function offsetOption(text: string): number {
  const offset = parseSequence(text)
  if (offset !== null) return offset
  throw new InvalidArgumentError('Write an offset, such as 0 or 42.')
}

/** @returns milliseconds */
export function durationOption(text: string): number {
  const ms = parseDuration(text)
  if (ms !== null) return ms
  throw new InvalidArgumentError("Write a duration such as '250ms', '30s', '5m', '2h' or '7d'.")
}

export function timeOption(text: string): Date {
  const time = readTime(text)
  if (time !== null) return time
  throw new InvalidArgumentError("Write a time such as '2027-01-31T08:00:00Z'.")
}

function readTime(text: string): Date | null {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : null
  return time === null || Number.isNaN(time.getTime()) ? null : time
}

/** @returns milliseconds, or the moment itself */
export function durationOrTimeOption(text: string): number | Date {
  return parseDuration(text) ?? readTime(text) ?? refuseTime('how long from now')
}

/** A moment, or how long ago it was. */
export function pastOption(text: string): Date {
  const ms = parseDuration(text)
  if (ms !== null) return new Date(Date.now() - ms)
  return readTime(text) ?? refuseTime('how long ago')
}

function refuseTime(span: string): never {
  throw new InvalidArgumentError(
    `Write a time such as '2027-01-31T08:00:00Z', or ${span}, such as '1h'.`,
  )
}

/** For options that may be repeated. */
export const collectOption = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').map((part) => part.trim()),
]
