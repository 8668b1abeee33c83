import type { SourceFile } from './tree.ts'

/** A tree that exists only in a test, as a record of paths and texts. */
export const madeUp = (files: Readonly<Record<string, string>>): readonly SourceFile[] =>
  Object.entries(files).map(([path, text]) => ({ path, text }))

const server = 'packages/server/src'

/** A tree of files in the server's `src`, beside manifests that make up a workspace. */
export const madeUpServer = (files: Readonly<Record<string, string>>): readonly SourceFile[] => [
  ...madeUp({
    'packages/contract/package.json': manifest('@buzzer/contract', './src/index.ts'),
    'packages/contract/src/index.ts': 'export const id = 1',
    'packages/client/package.json': manifest('@buzzer/client', './src/index.ts'),
    'packages/client/src/index.ts': 'export const client = 1',
    'packages/server/package.json': manifest('buzzer', './src/index.ts'),
  }),
  ...madeUp(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [inSource(path), text])),
  ),
]

const inSource = (path: string): string => `${server}/${path}`

const manifest = (name: string, main: string): string =>
  JSON.stringify({ name, exports: { '.': main } })
