import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { blocksOf, fileOf, readPages, root, type Page } from './support/pages.ts'
import { makeProject, type Project } from './support/project.ts'

const run = promisify(execFile)

const tsconfig = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    // Every block is a module, and shows what there is without using all of it.
    moduleDetection: 'force',
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['**/*.ts'],
  exclude: ['node_modules'],
}

test('the TypeScript of the documents is correct', async () => {
  await using project = await makeProject()
  await project.write('tsconfig.json', JSON.stringify(tsconfig))
  const config = await readFile(join(root, 'examples/quickstart/buzzer.config.ts'), 'utf8')
  let blocks = 0
  for (const page of readPages()) blocks += await writePage(project, page, config)
  expect(blocks).toBeGreaterThan(20)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '--noEmit', '-p', project.path], {
    cwd: project.path,
  }).catch((error: unknown) => error as { readonly stdout: string })
  // What is wrong in the packages themselves is told by `check:types`.
  const wrong = stdout.split('\n').filter((line) => line !== '' && !/^(?:\.\.|\s)/.test(line))
  expect(wrong).toEqual([])
})

/**
 * Writes each block of a page to a file, with as many empty lines before it as there are lines before
 * it on the page, so that what is wrong is told with its place. `continued` goes on in the same file.
 *
 * @returns how many there are
 */
async function writePage(project: Project, page: Page, config: string): Promise<number> {
  const blocks = blocksOf(page).filter(({ language }) => language === 'ts')
  const files = new Map<string, string>()
  let last = ''
  for (const block of blocks) {
    const isContinued = block.words.includes('continued')
    last = isContinued ? last : (fileOf(block) ?? `line-${block.line}.ts`)
    const before = isContinued ? (files.get(last) ?? '') : ''
    const gap = '\n'.repeat(Math.max(0, block.line - before.split('\n').length))
    files.set(last, `${before}${gap}${block.text}`)
  }
  if (blocks.length > 0 && !files.has('buzzer.config.ts')) files.set('buzzer.config.ts', config)
  for (const [file, text] of files) await project.write(join(page.path, file), text)
  return blocks.length
}
