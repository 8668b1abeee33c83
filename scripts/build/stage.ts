import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stageAssets } from './assets.ts'
import { compile, type Compilation } from './compile.ts'
import { publishedManifest, type Manifest } from './manifest.ts'

const root = join(import.meta.dirname, '../..')

type Published = Pick<Compilation, 'language' | 'runsIn'> & { readonly folder: string }

/** What is published, each after those that it needs. */
const packages: readonly Published[] = [
  { folder: 'contract', language: 'es2022', runsIn: 'anywhere' },
  { folder: 'client', language: 'es2022', runsIn: 'anywhere' },
  { folder: 'server', language: 'esnext', runsIn: 'node' },
]

/**
 * Puts every package that is published into a folder of its own, as `npm publish` takes it.
 *
 * @param target where these folders go; what was there before is replaced
 * @returns the folders, each after those that it needs
 * @throws Error with what the compiler says, where something does not compile
 */
export async function stagePackages(target: string): Promise<readonly string[]> {
  await rm(target, { recursive: true, force: true })
  const nodes = (await readManifest(root)).optionalDependencies ?? {}
  const staged = new Map<string, string>()
  for (const { folder, language, runsIn } of packages) {
    const source = join(root, 'packages', folder)
    const into = join(target, folder)
    await mkdir(into, { recursive: true })
    await compile({ source, target: into, language, runsIn, ours: staged })
    const manifest = await readManifest(source)
    if (manifest.files?.includes('assets') === true) await stageAssets(source, into)
    const published = JSON.stringify(publishedManifest(manifest, nodes), null, 2)
    await writeFile(join(into, 'package.json'), `${published}\n`)
    for (const file of Object.values(manifest.bin ?? {})) await chmod(join(into, file), 0o755)
    await copyFile(join(root, 'LICENSE'), join(into, 'LICENSE'))
    await copyFile(join(source, 'README.md'), join(into, 'README.md'))
    staged.set(manifest.name, into)
  }
  return [...staged.values()]
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
