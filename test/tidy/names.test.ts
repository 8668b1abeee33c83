import { expect, test } from 'vitest'
import { madeUp } from './made-up.ts'
import { namesAreKebabCase, noFoldersByKind } from './names.ts'

const tree = (...paths: readonly string[]) =>
  madeUp(Object.fromEntries(paths.map((path) => [path, ''])))

test.each(['src/JobRow.ts', 'src/job_row.ts', 'src/jobRow.test.ts', 'src/Jobs/row.ts', 'a--b.ts'])(
  '%s is not kebab-case',
  (path) => {
    expect(namesAreKebabCase(tree(path))).toEqual([`${path}: write its name in kebab-case`])
  },
)

test('kebab-case, tests, configuration and prose are as they should be', () => {
  const paths = ['src/job-row.test.ts', 'buzzer.config.ts', '.ci/x.ts', 'README.md', 'a/v1a.ts']
  expect(namesAreKebabCase(tree(...paths))).toEqual([])
})

test.each(['src/utils/time.ts', 'src/helpers.ts', 'core/types/job.ts', 'classes/a.ts'])(
  '%s is named after a kind',
  (path) => {
    expect(noFoldersByKind(tree(path))).toHaveLength(1)
  },
)

test('what is named after its matter may be', () => {
  expect(noFoldersByKind(tree('src/core/job.ts', 'src/problem-types.ts'))).toEqual([])
})
