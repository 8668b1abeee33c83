import { at, references, visit } from './syntax.ts'
import { isCode, isTest, type Rule, type SourceFile } from './tree.ts'

const ourPackages = /^@buzzer\//
const isCore = ({ path }: SourceFile): boolean =>
  path.startsWith('packages/server/src/core/') && !isTest(path)

/** Names that reach outside of the program or make two runs differ. */
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']
const surroundings = ['performance', 'crypto', 'process', 'fetch', 'console', 'globalThis']
const outside: ReadonlySet<string> = new Set([...timers, ...surroundings])

/** The core needs nothing but the contract: no `node:` module and no other package. */
export const coreImportsNoPackage: Rule = (files) =>
  files.filter(isCore).flatMap((file) =>
    references(file)
      .filter(({ specifier }) => !specifier.startsWith('.') && !ourPackages.test(specifier))
      .map(({ specifier, offset }) => `${at(file, offset)}: core imports ${specifier}`),
  )

/** The core takes time and chance as arguments. */
export const coreHasNoClockNorRandom: Rule = (files) =>
  files.filter(isCore).flatMap((file) => impurities(file))

function impurities(file: SourceFile): readonly string[] {
  const found: string[] = []
  const report = (offset: number, what: string): void => {
    found.push(`${at(file, offset)}: core uses ${what}`)
  }
  const keys = propertyNames(file)
  visit(file, {
    Identifier: ({ name, start }) => {
      if (outside.has(name) && !keys.has(start)) report(start, name)
    },
    MemberExpression: ({ object, property, start }) => {
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return
      const name = `${object.name}.${property.name}`
      if (name === 'Date.now' || name === 'Math.random') report(start, name)
    },
    NewExpression: ({ callee, arguments: given, start }) => {
      const isNow = callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0
      if (isNow) report(start, 'new Date()')
    },
    CallExpression: ({ callee, start }) => {
      if (callee.type === 'Identifier' && callee.name === 'Date') report(start, 'Date()')
    },
  })
  return [...new Set(found)]
}

interface Keyed {
  readonly key: { readonly start: number }
  readonly computed?: boolean
  readonly shorthand?: boolean
}

/** Where names stand that only name a property, as `process` does in `queue.process`. */
function propertyNames(file: SourceFile): ReadonlySet<number> {
  const starts = new Set<number>()
  const addKey = ({ key, computed, shorthand }: Keyed): void => {
    if (computed !== true && shorthand !== true) starts.add(key.start)
  }
  visit(file, {
    MemberExpression: ({ computed, property }) => {
      if (!computed) starts.add(property.start)
    },
    Property: addKey,
    PropertyDefinition: addKey,
    MethodDefinition: addKey,
    TSPropertySignature: addKey,
    TSMethodSignature: addKey,
  })
  return starts
}

/** Node runs the code as it is, so that types must be all that it has to strip. */
export const typesCanBeStripped: Rule = (files) =>
  files.filter(({ path }) => isCode(path)).flatMap((file) => notStrippable(file))

function notStrippable(file: SourceFile): readonly string[] {
  const found: string[] = []
  const report = (what: string) => (node: { readonly start: number }) => {
    found.push(`${at(file, node.start)}: ${what}`)
  }
  visit(file, {
    TSEnumDeclaration: report('an enum; write a union of strings'),
    TSParameterProperty: report('a parameter property; declare the field'),
    TSModuleDeclaration: report('a namespace; write a module'),
    Decorator: report('a decorator; call the function'),
    TSImportEqualsDeclaration: report('an import assignment; write an import'),
    TSExportAssignment: report('an export assignment; write an export'),
  })
  return found
}
