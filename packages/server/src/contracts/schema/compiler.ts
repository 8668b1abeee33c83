import { costKeyword, createAjv, referKeyword, type AjvChoice, type Check } from './ajv.ts'
import { isObject } from './json-pointer.ts'
import type { Meter } from './meter.ts'
import type { Patterns } from './pattern.ts'
import type { Found } from './references.ts'
import { openUp, type Target } from './target.ts'
import { translate } from './translate.ts'
import type { Schema, Translation } from './translation.ts'

export type Settings = Omit<
  Translation,
  'refer' | 'isWhole' | 'note' | 'track' | 'count' | 'size' | 'repeated'
>

interface CompilerOptions {
  readonly settings: Settings
  readonly meter: Meter
  readonly patterns: Patterns
  targetOf(found: Found): Target
  /** Brings all that is known of targets up to date. */
  settle(): void
}

/** Turns targets into checks, each when a value comes to it for the first time. */
export function createCompiler(options: CompilerOptions) {
  const { settings, meter, patterns, targetOf, settle } = options
  const engines = new Map<string, (schema: Schema) => Check>()

  const engineFor = (choice: AjvChoice): ((schema: Schema) => Check) => {
    const key = JSON.stringify(choice)
    const engine = engines.get(key) ?? createAjv(choice, meter, patterns)
    engines.set(key, engine)
    return engine
  }

  const compile = (found: Found, thorough: boolean): Check => {
    settle()
    const target = targetOf(found)
    if (target.open) return () => true
    const schema = write(target, thorough)
    try {
      return engineFor({ thorough, tracking: target.tracking })(schema)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // What is written for it nests too deeply for the stack; callers are not to suffer from that.
      openUp(target, 'is too large to be compiled')
      return () => true
    }
  }

  const write = (target: Target, thorough: boolean): Schema => {
    let size = 0
    const { schema } = translate(target.found, '', {
      ...settings,
      refer(found) {
        const next = targetOf(found)
        return { [referKeyword]: thorough ? next.thorough : next.first }
      },
      isWhole: (found) => targetOf(found).whole,
      note: () => undefined,
      track: () => undefined,
      count: (more) => (size += more),
      size: () => size,
      repeated: withCost,
    })
    return withCost(schema, target.size)
  }

  return {
    checksFor: (found: Found) => ({
      first: whenNeeded(() => compile(found, false), found.path, meter),
      thorough: whenNeeded(() => compile(found, true), found.path, meter),
    }),
  }
}

const withCost = (schema: Schema, size: number): Schema =>
  isObject(schema) ? { ...schema, [costKeyword]: 0.25 + size / 16 } : schema

/** A check that is made at its first call. */
function whenNeeded(compile: () => Check, path: string, meter: Meter): Check {
  let compiled: Check | null = null
  const check: Check = (value, context) => {
    compiled ??= compile()
    meter.visits?.set(path, (meter.visits.get(path) ?? 0) + 1)
    const fits = compiled(value, context)
    check.errors = compiled.errors ?? null
    // Every schema on the way up copies the errors that it got from below.
    meter.spend(1 + (check.errors?.length ?? 0))
    return fits
  }
  return check
}
