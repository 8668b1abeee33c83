import type { DataValidateFunction, DataValidationCxt } from 'ajv/dist/types/index.js'
import { _, Ajv2020, type CodeKeywordDefinition, type ErrorObject } from 'ajv/dist/2020.js'
import type { FuncKeywordDefinition } from 'ajv/dist/2020.js'
import { allDiffer, canonical } from './canonical.ts'
import { formats } from './formats.ts'
import type { Meter } from './meter.ts'
import type { Patterns } from './pattern.ts'
import type { Schema } from './translation.ts'

/** A check as Ajv calls it; `errors` holds what was wrong with the last value. */
export interface Check {
  (value: unknown, context?: DataValidationCxt): boolean
  errors?: ErrorObject[] | null
}

/** The keyword that stands for a reference; its value is the check that it leads to. */
export const referKeyword = 'buzzer-refer'
/** The keyword that pays for a schema that may be applied many times; its value is in units. */
export const costKeyword = 'buzzer-cost'

/** How a schema is compiled. */
export interface AjvChoice {
  /** Whether all that is wrong is collected, or only what is found first. */
  readonly thorough: boolean
  /** Whether what is evaluated is kept track of, for `unevaluatedProperties` and its like. */
  readonly tracking: boolean
}

/**
 * Compiles what `translate` wrote. Ajv's own references, `uniqueItems` and `enum` are not used: they
 * compile all that can be reached at once, and compare everything with everything.
 */
export function createAjv(choice: AjvChoice, meter: Meter, patterns: Patterns) {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    allErrors: choice.thorough,
    // Explanations name what the schema around an error knows.
    verbose: true,
    // `toString` is no member that a caller sent.
    ownProperties: true,
    // 19.99 is a multiple of 0.01.
    multipleOfPrecision: 8,
    formats,
    // Its optimiser takes time quadratic in the schema, and what it makes runs no faster.
    code: { regExp: Object.assign(patterns.compile, { code: 'linear' }), optimize: false },
  })
  ajv.opts.unevaluated = choice.tracking
  ajv.removeKeyword('uniqueItems').removeKeyword('enum').removeKeyword('const')
  ajv.addKeyword(refer).addKeyword(cost(meter))
  ajv.addKeyword(uniqueItems(meter)).addKeyword(oneOfValues(meter)).addKeyword(constant(meter))
  return (schema: Schema): Check => ajv.compile(schema)
}

const refer: FuncKeywordDefinition = {
  keyword: referKeyword,
  errors: true,
  compile: (check: DataValidateFunction) => check,
}

const cost = (meter: Meter): CodeKeywordDefinition => ({
  keyword: costKeyword,
  schemaType: 'number',
  code({ gen, schema }) {
    const paid = gen.scopeValue('obj', { ref: meter, key: meter })
    gen.code(_`${paid}.spend(${Number(schema)})`)
  },
})

const uniqueItems = (meter: Meter): FuncKeywordDefinition => ({
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: false,
  compile: (isAsked: boolean) => (items: readonly unknown[]) =>
    !isAsked || allDiffer(items, (characters) => meter.spend(characters / 16)),
})

const oneOfValues = (meter: Meter): FuncKeywordDefinition => ({
  keyword: 'enum',
  schemaType: 'array',
  errors: false,
  compile: (values: readonly unknown[]) => createMembership(values, meter),
})

const constant = (meter: Meter): FuncKeywordDefinition => ({
  keyword: 'const',
  errors: false,
  compile: (value: unknown) => createMembership([value], meter),
})

/** Looks a value up by what it is, so that a list of many values costs no more than one of two. */
function createMembership(values: readonly unknown[], meter: Meter): (value: unknown) => boolean {
  const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null
  const plain = new Set(values.filter(isPlain))
  const texts = new Set(values.filter((value) => !isPlain(value)).map(canonical))
  return (value) => {
    if (isPlain(value)) return plain.has(value)
    if (texts.size === 0) return false
    const text = canonical(value)
    meter.spend(text.length / 16)
    return texts.has(text)
  }
}
