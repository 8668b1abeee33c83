import type { ValidationError } from '@buzzer/contract'
import { parseEventPlace, valueAt, type EventObject } from './event-place.ts'

/** @returns the body that the receiver gets, as JSON */
export type EventMapping = (event: EventObject) => unknown

export type ReadMapping =
  | { readonly kind: 'mapping'; readonly mapping: EventMapping }
  | { readonly kind: 'invalid'; readonly errors: readonly ValidationError[] }

const deepest = 16
const mostParts = 1_000
const hole = /\{\{\s*(.*?)\s*\}\}/g
const loneHole = /^\{\{\s*(.*?)\s*\}\}$/

/**
 * Reads a template: any JSON, in whose texts `{{/data/amount}}` or `{{type}}` stands for what is
 * there in the event. A text that is nothing else becomes that value, whatever it is, or null where
 * there is none; within other text it is written as text.
 *
 * @param pointer where it stands, for what is wrong with it
 */
export function readEventMapping(template: unknown, pointer = ''): ReadMapping {
  const errors: ValidationError[] = []
  let parts = 0

  const refuse = (at: string, detail: string): EventMapping => {
    errors.push({ pointer: at, detail })
    return () => null
  }

  const readText = (text: string, at: string): EventMapping => {
    const places = [...text.matchAll(hole)].map(([, place = '']) => place)
    const wrong = places.find((place) => parseEventPlace(place) === null)
    if (wrong !== undefined) {
      return refuse(at, `has {{${wrong}}}, which is neither an attribute nor a JSON Pointer`)
    }
    const [, lone] = loneHole.exec(text) ?? []
    if (places.length === 1 && lone !== undefined) {
      const path = parseEventPlace(lone) ?? []
      return (event) => valueAt(event, path) ?? null
    }
    return places.length === 0 ? () => text : (event) => fill(text, event)
  }

  const read = (given: unknown, at: string, depth: number): EventMapping => {
    parts += 1
    if (parts > mostParts) return refuse(at, `is one of more than ${mostParts} parts`)
    if (depth > deepest) return refuse(at, `is nested deeper than ${deepest} levels`)
    if (typeof given === 'string') return readText(given, at)
    if (typeof given !== 'object' || given === null) return () => given
    if (Array.isArray(given)) {
      const items = given.map((each, index) => read(each, `${at}/${index}`, depth + 1))
      return (event) => items.map((item) => item(event))
    }
    const members = Object.entries(given).map(
      ([name, each]) => [name, read(each, `${at}/${name}`, depth + 1)] as const,
    )
    return (event) => Object.fromEntries(members.map(([name, make]) => [name, make(event)]))
  }

  const mapping = read(template, pointer, 0)
  return errors.length === 0 ? { kind: 'mapping', mapping } : { kind: 'invalid', errors }
}

const fill = (text: string, event: EventObject): string =>
  text.replaceAll(hole, (_, place: string) => textOf(valueAt(event, parseEventPlace(place) ?? [])))

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
