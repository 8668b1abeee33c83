import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readScalarBundle } from '../../packages/server/src/app/docs/scalar-bundle.ts'

/** Scalar's own files are under the MIT License, which wants to be named wherever they go. */
const notice = '/*! Scalar API Reference, https://github.com/scalar/scalar, MIT License */\n'

/**
 * Copies what the server serves as files, with the renderer of the documents among it: what is
 * published needs no package for that.
 *
 * @throws Error where the renderer is not installed
 */
export async function stageAssets(source: string, target: string): Promise<void> {
  await cp(join(source, 'assets'), join(target, 'assets'), { recursive: true })
  const bundle = await readScalarBundle()
  if (bundle === null) throw new Error('The renderer of the documents is missing: run npm ci.')
  await writeFile(join(target, 'assets', 'scalar.js'), notice + bundle)
}
