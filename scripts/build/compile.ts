import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** A package whose source becomes JavaScript, and for whom. */
export interface Compilation {
  /** The folder with its `src`. */
  readonly source: string
  /** Where the JavaScript and its declarations go, in the same folders as the source. */
  readonly target: string
  /** The oldest language that has to understand it; `using` is not in Node 20 nor in browsers. */
  readonly language: 'es2022' | 'esnext'
  /** The surroundings that it may count on: those of Node, or what browsers have too. */
  readonly runsIn: 'node' | 'anywhere'
  /** The other packages of ours, as they are published, by name. */
  readonly ours: ReadonlyMap<string, string>
}

const onlyForTests = ['src/**/*.test.ts', 'src/**/testing', 'src/**/conformance']

/**
 * Compiles what is published of a package.
 *
 * @throws Error with what the compiler says about it
 */
export async function compile(compilation: Compilation): Promise<void> {
  // Beside the target, because nothing else may lie in there.
  const file = `${compilation.target}.tsconfig.json`
  await writeFile(file, JSON.stringify(compilerConfig(compilation)))
  try {
    await run(process.execPath, [compiler(), '--project', file])
  } catch (cause) {
    const said = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : ''
    throw new Error(`${compilation.source} does not compile:\n${said}`, { cause })
  } finally {
    await rm(file)
  }
}

function compilerConfig({ source, target, language, runsIn, ours }: Compilation): object {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: source,
      outDir: target,
      typeRoots: [join(root, 'node_modules/@types')],
      target: language,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      // The command is JavaScript already, and only its imports have to be rewritten.
      allowJs: true,
      ...(runsIn === 'anywhere' ? { lib: ['esnext', 'dom', 'dom.iterable'], types: [] } : {}),
      // Their source would be compiled along; and so it is seen that their declarations suffice.
      paths: {
        ...Object.fromEntries([...ours].map(([name, folder]) => [name, [declarations(folder)]])),
        // These declarations need it, and lie where nothing is installed.
        typebox: [join(root, 'node_modules/typebox/build/index.d.mts')],
      },
    },
    include: [join(source, 'src'), join(source, 'bin')],
    exclude: onlyForTests.map((pattern) => join(source, pattern)),
  }
}

const declarations = (folder: string): string => join(folder, 'src/index.d.ts')

/** The compiler's file, which Node can run: `.bin` holds a shell script on Windows. */
export function compiler(): string {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  return join(dirname(manifest), 'bin/tsc')
}
