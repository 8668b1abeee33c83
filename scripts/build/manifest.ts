/** The parts of a package.json that matter here; all others are kept as they are. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string>>
  /** Folders that are published besides `src`. */
  readonly files?: readonly string[]
  readonly bin?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * The manifest of a package as it is published, from the one that it has in the repository, where
 * its exports lead to TypeScript.
 *
 * @param nodes the packages of Node's binaries; a command brings its own Node along
 */
export function publishedManifest(
  { devDependencies: _, files: folders = [], ...manifest }: Manifest,
  nodes: Readonly<Record<string, string>>,
): object {
  const { bin, exports } = manifest
  const entries = Object.entries(exports).map(
    ([path, file]) => [path, compiledEntry(file)] as const,
  )
  const compiled: Readonly<Record<string, object>> = Object.fromEntries(entries)
  return {
    ...manifest,
    exports: { ...compiled, './package.json': './package.json' },
    files: [
      'src',
      ...folders,
      ...Object.values(bin ?? {}).map((file) => file.replace(/^\.\//, '')),
    ],
    ...(bin === undefined ? {} : { optionalDependencies: nodes }),
  }
}

const compiledEntry = (file: string): object => ({
  types: file.replace(/\.ts$/, '.d.ts'),
  default: file.replace(/\.ts$/, '.js'),
})
