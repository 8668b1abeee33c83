import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import type { Config } from '../config/config.ts'
import type { OperationDefinition } from '../define/operation.ts'
import { operationPolicies } from '../define/policies.ts'
import type { NamedCall, Operation } from '../ports/catalog.ts'
import type { Runner } from '../ports/runner.ts'
import { createHandlerRunner } from '../runner/handler/handler-runner.ts'
import type { HandlerEntry } from '../runner/handler/handler-set.ts'
import { checkSchedule } from './check-schedule.ts'
import { findInfinite } from '../contracts/schema/finite.ts'
import { compiled, takeAnything } from './compiled-schema.ts'
import type { DefinitionDeps } from './definition-deps.ts'

/** The operations of the configuration that handlers run, with the one runner of them all. */
export interface NamedOperations {
  readonly operations: readonly Operation[]
  readonly runner: Runner
}

/** @throws ConfigError where a schema or a policy cannot be taken */
export function nameOperations(config: Config, deps: DefinitionDeps): NamedOperations {
  const { log, clock, timetables } = deps
  const definitions = Object.entries(config.operations)
  const threaded = definitions.some(([, { thread }]) => thread === true)
  const runner = createHandlerRunner({
    handlers: new Map(
      definitions.map(([name, definition]) => [name, handlerEntry(name, definition)]),
    ),
    log,
    clock,
    maxResultBytes: config.limits.resultBytes,
    threads:
      threaded && config.file !== null
        ? { module: pathToFileURL(config.file).href, max: availableParallelism() }
        : null,
  })
  const operations = definitions.map(([name, definition]) => named(name, definition, runner, log))
  for (const operation of operations) {
    checkSchedule(operation, `operations.${operation.name}`, timetables)
  }
  return { operations, runner }
}

const handlerEntry = (name: string, definition: OperationDefinition): HandlerEntry => ({
  run: (input, context) => definition.run(input, context),
  thread: definition.thread === true,
  checkOutput: compiled(`operations.${name}.output`, definition.output)?.schema.check ?? null,
})

function named(
  name: string,
  definition: OperationDefinition,
  runner: Runner,
  log: DefinitionDeps['log'],
): Operation {
  const input = compiled(`operations.${name}.input`, definition.input)
  for (const note of input?.schema.notes ?? []) log.warn({ operation: name, note }, 'input schema')
  return {
    name,
    summary: definition.summary ?? null,
    policies: operationPolicies(name, definition),
    runner,
    call: {
      kind: 'named',
      inputSchema: input?.json ?? null,
      outputSchema: compiled(`operations.${name}.output`, definition.output)?.json ?? null,
      check: finite(input?.schema.check ?? takeAnything),
    },
  }
}

/** A handler would be given Infinity, which no JSON says. */
const finite =
  (check: NamedCall['check']): NamedCall['check'] =>
  (value) => {
    const infinite = findInfinite(value)
    return infinite === null ? check(value) : [infinite]
  }
