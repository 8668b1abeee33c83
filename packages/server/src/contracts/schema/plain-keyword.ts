import { annotations, checkedFormats, hasMeaning, keywordKinds, typeNames } from './keywords.ts'
import { brief, kept, lost, type Outcome, type Place, type Translation } from './translation.ts'

/**
 * Translates a keyword that holds no schemas.
 *
 * @param place of the keyword itself
 * @returns null where the keyword checks nothing
 */
export function translatePlain(
  keyword: string,
  value: unknown,
  place: Place,
  to: Translation,
): Outcome | null {
  switch (keyword) {
    case 'type':
      return typeKeyword(value, place, to)
    case 'enum':
      return enumKeyword(value, place, to)
    case 'const':
      return kept(value)
    case 'pattern':
      return patternKeyword(value, place, to)
    case 'format':
      return typeof value === 'string' && (to.annotated || checkedFormats.has(value))
        ? kept(value)
        : null
    case 'required':
      return requiredKeyword(value, place, to)
    default:
      return otherKeyword(keyword, value, place, to)
  }
}

function otherKeyword(
  keyword: string,
  value: unknown,
  place: Place,
  to: Translation,
): Outcome | null {
  const kind = keywordKinds.get(keyword)
  if (kind === undefined)
    return to.annotated && annotations.get(keyword)?.(value) === true ? kept(value) : null
  return hasMeaning[kind]?.(value) === true
    ? kept(value)
    : fail(place, to, `${brief(value)} has no meaning here`)
}

function fail(place: Place, to: Translation, why: string): Outcome {
  to.note(place.path, 'mistake', why)
  return lost
}

function typeKeyword(value: unknown, place: Place, to: Translation): Outcome | null {
  if (value === 'any') return null
  // Swagger 2 has a type for uploads, which are strings of bytes.
  if (value === 'file') return kept('string')
  const types: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (types.length === 0 || !types.every((type) => typeNames.has(type))) {
    return fail(place, to, `${brief(value)} is no type`)
  }
  return kept(types.length === 1 ? types[0] : [...new Set(types)])
}

function enumKeyword(value: unknown, place: Place, to: Translation): Outcome {
  if (!Array.isArray(value) || value.length === 0) return fail(place, to, 'is no list of values')
  return kept(value)
}

function patternKeyword(value: unknown, place: Place, to: Translation): Outcome {
  if (typeof value !== 'string') return fail(place, to, 'is no text')
  return isCheckable(value, place.path, to) ? kept(value) : lost
}

/** Whether a pattern can be checked; notes it where it cannot. */
export function isCheckable(pattern: string, path: string, to: Translation): boolean {
  const problem = to.problemWithPattern(pattern)
  if (problem === null) return true
  to.note(path, 'pattern', `${brief(pattern)} is not checked: ${problem}`)
  return false
}

function requiredKeyword(value: unknown, place: Place, to: Translation): Outcome | null {
  // Before draft 4 it was a boolean of the member; it still is in many documents.
  if (typeof value === 'boolean') return null
  if (hasMeaning['names']?.(value) !== true) return fail(place, to, 'is no list of names')
  const names = [...new Set(value as readonly string[])]
  to.count(names.length / 16)
  return kept(names.filter((name) => !place.optional.has(name)))
}
