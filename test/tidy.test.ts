import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { noCycles, noDeadFiles } from './tidy/connections.ts'
import { everythingHasItsPlace, importsKeepToTheTable } from './tidy/layout.ts'
import { namesAreKebabCase, noFoldersByKind } from './tidy/names.ts'
import { coreHasNoClockNorRandom, coreImportsNoPackage, typesCanBeStripped } from './tidy/purity.ts'
import { mostFilesAreSmall, mostFunctionsAreSmall, noFileIsHuge } from './tidy/sizes.ts'
import { readTree } from './tidy/tree.ts'
import { noCheckIsSwitchedOff, onlyPromisesThatHold, readmeHoldsThePromise } from './tidy/words.ts'

// Each rule is tested on trees that break it in `tidy/`; here they all look at the project itself.
const rules = {
  'imports keep to the table': importsKeepToTheTable,
  'everything has its place': everythingHasItsPlace,
  'no file needs itself': noCycles,
  'no file is dead': noDeadFiles,
  'the core imports no package': coreImportsNoPackage,
  'the core has no clock and no random': coreHasNoClockNorRandom,
  'types can be stripped': typesCanBeStripped,
  'no file is huge': noFileIsHuge,
  'nine files in ten are small': mostFilesAreSmall,
  'nine functions in ten are small': mostFunctionsAreSmall,
  'names are kebab-case': namesAreKebabCase,
  'no folder is named after a kind': noFoldersByKind,
  'only promises that hold': onlyPromisesThatHold,
  'the README holds the promise': readmeHoldsThePromise,
  'no check is switched off': noCheckIsSwitchedOff,
}

const tree = readTree(join(import.meta.dirname, '..'))

describe('the project is tidy', () => {
  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(tree).join('\n')).toBe('')
  })
})
