import { rolldown } from 'rolldown'

export interface Bundle {
  /** The files that went into it, as far as anything of theirs was used. */
  readonly files: readonly string[]
  /** What it would still have to import when it runs. */
  readonly imports: readonly string[]
  readonly bytes: number
}

/**
 * Bundles a module for browsers, as an application that uses it would.
 *
 * @throws Error where something that it imports is not there for browsers
 */
export async function bundleForBrowsers(input: string): Promise<Bundle> {
  await using bundler = await rolldown({
    input,
    platform: 'browser',
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message)
    },
  })
  const { output } = await bundler.generate({ format: 'es', minify: true })
  const chunks = output.filter((part) => part.type === 'chunk')
  return {
    files: chunks.flatMap(({ modules }) =>
      Object.entries(modules).flatMap(([file, { renderedLength }]) =>
        renderedLength === 0 ? [] : [file],
      ),
    ),
    imports: chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]),
    bytes: chunks.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0),
  }
}
