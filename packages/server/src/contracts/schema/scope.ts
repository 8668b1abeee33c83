import type { ValidationError } from '@buzzer/contract'
import { defaultBounds, type Bounds } from './bounds.ts'
import type { Dialect } from './dialect.ts'
import type { JsonObject } from './json-pointer.ts'
import { createMeter } from './meter.ts'
import { createPatterns } from './pattern.ts'
import { createReferences, type Found, type References } from './references.ts'
import type { Counts } from './explain.ts'
import { createRun } from './run.ts'
import { createCompiler, type Settings } from './compiler.ts'
import { lossesIn, openEndless, openUp, spreadLosses, type Target } from './target.ts'
import { translate } from './translate.ts'
import type { Loss } from './translation.ts'

/** A schema that is ready to check values. */
export interface CheckedSchema {
  /** What was not understood and is not checked, and whether that is a mistake in the schema. */
  readonly losses: ReadonlyMap<string, Loss>
  /**
   * @param value JSON, at most some hundred levels deep; undefined where there is none
   * @param counts tells what is wrong with it from what is passed over; without it all counts
   * @returns what is wrong with it, at most twenty errors; none where it fits
   */
  check(value: unknown, counts?: Counts): readonly ValidationError[]
}

/** The schemas of one document, which may refer to one another. */
export interface SchemaScope {
  readonly references: References
  /**
   * Takes a schema in. Nothing is compiled before its first check.
   *
   * @param path where it stands, for what is said about it
   */
  read(schema: unknown, path: string): CheckedSchema
  /**
   * Looks through all that was read, which else its first losses or its first check wait for.
   *
   * @param pause waited for after each schema, as there may be thousands of them
   */
  settle(pause: () => Promise<void>): Promise<void>
}

export interface ScopeOptions {
  /** What references start from. */
  readonly root: JsonObject
  readonly dialect: Dialect
  /** Whether values are sent by callers, who need not send what is `readOnly`. */
  readonly forRequests: boolean
  readonly bounds?: Partial<Bounds>
}

/**
 * Reads schemas as what they are: programs of strangers. They are bounded in size and depth, what
 * they refer to is never fetched, their patterns take linear time, and each check has a budget.
 */
export function createSchemaScope(options: ScopeOptions): SchemaScope {
  const bounds: Bounds = { ...defaultBounds, ...options.bounds }
  const { root, dialect, forRequests } = options
  const references = createReferences(root)
  const meter = createMeter()
  const patterns = createPatterns(meter)
  const targets = new Map<unknown, Target>()
  const unread: Target[] = []
  let total = 0
  let settled = true

  const settings: Settings = {
    ...bounds,
    dialect,
    references,
    forRequests,
    annotated: false,
    problemWithPattern: patterns.problemWith,
  }
  const targetOf = (found: Found): Target => {
    const known = targets.get(found.source)
    if (known !== undefined) return known
    const target: Target = {
      found,
      refers: new Set(),
      refersHere: new Set(),
      notes: new Map(),
      size: 0,
      tracking: false,
      whole: true,
      lossy: false,
      open: false,
      ...compiler.checksFor(found),
    }
    targets.set(found.source, target)
    unread.push(target)
    settled = false
    return target
  }
  const compiler = createCompiler({ settings, meter, patterns, targetOf, settle })
  const run = createRun(meter, bounds)

  /** Looks through a target for what it refers to and what cannot be checked. */
  function look(target: Target): void {
    const { whole } = translate(target.found, target.found.path, {
      ...settings,
      refer(found, here) {
        const next = targetOf(found)
        target.refers.add(next)
        if (here) target.refersHere.add(next)
        return {}
      },
      isWhole: () => true,
      note: (path, loss, text) => target.notes.set(`${path} ${text}`, loss),
      track: () => (target.tracking = true),
      count: (size) => (target.size += size),
      size: () => target.size,
      repeated: (schema) => schema,
    })
    target.whole = whole
    total += target.size
    if (target.size > bounds.maxSize) openUp(target, `holds more than ${bounds.maxSize} schemas`)
    else if (total > bounds.maxTotal) openUp(target, 'is one schema too many for this document')
  }

  function settle(): void {
    if (settled) return
    for (let target = unread.pop(); target !== undefined; target = unread.pop()) look(target)
    const all = new Set(targets.values())
    openEndless(all, bounds.maxChain)
    spreadLosses(all)
    settled = true
  }

  return {
    references,
    async settle(pause) {
      for (let target = unread.pop(); target !== undefined; target = unread.pop()) {
        look(target)
        await pause()
      }
      settle()
    },
    read(schema, path) {
      const target = targetOf({ source: schema as Found['source'], base: root, path })
      return {
        get losses() {
          settle()
          return lossesIn(target)
        },
        check: (value, counts) => run(target, value, counts),
      }
    },
  }
}
