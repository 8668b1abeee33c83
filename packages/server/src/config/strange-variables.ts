import { variables } from './settings.ts'
import { suggest } from './suggest.ts'

/** What begins like ours is ours, but for what others read: the program itself, and compose. */
const ofOthers: ReadonlySet<string> = new Set(['BUZZER_NODE_FOUND', 'BUZZER_CONFIG_FILE'])

/**
 * Variables that look like settings and are none, in words. Programs may have variables of their own
 * that begin like ours, so that these are only told.
 *
 * @param names of all variables that there are
 */
export const strangeVariables = (names: readonly string[]): readonly string[] =>
  [...new Set(names)]
    .filter((name) => name.startsWith('BUZZER_'))
    .filter((name) => !variables.includes(name) && !ofOthers.has(name))
    .map((name) => {
      const near = suggest(name, variables)
      return near === null
        ? `${name} means nothing to Buzzer`
        : `${name} means nothing; did you mean ${near}?`
    })
