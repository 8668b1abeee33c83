import { isCode, type Rule, type SourceFile } from './tree.ts'

/** What Buzzer promises, in these words everywhere. */
export const promise =
  'once accepted, never lost; run at least once; exactly one outcome recorded per run; ' +
  'events in order per channel'

// The promise of others, which no system can keep across a network. It may break over lines, also
// within a comment.
const neverSaid = /exactly[\s\-*/>#"']+once/gi
const switchedOff = /(?:ox|es)lint-disable|(?:oxfmt|prettier)-ignore|@ts-(?:ignore|nocheck)/g

export const onlyPromisesThatHold: Rule = (files) =>
  files.flatMap((file) => findings(file, neverSaid, 'promises what nothing can keep'))

export const noCheckIsSwitchedOff: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path))
    .flatMap((file) => findings(file, switchedOff, 'switches a check off; write it otherwise'))

function findings(file: SourceFile, pattern: RegExp, problem: string): readonly string[] {
  return [...file.text.matchAll(pattern)].map((match) => {
    const line = file.text.slice(0, match.index).split('\n').length
    return `${file.path}:${line}: "${match[0]}" ${problem}`
  })
}

export const readmeHoldsThePromise: Rule = (files) => {
  const readme = files.find(({ path }) => path === 'README.md')?.text ?? ''
  const words = readme.replaceAll(/[\s>*_]+/g, ' ').toLowerCase()
  return words.includes(promise) ? [] : [`README.md: does not hold the promise: ${promise}`]
}
