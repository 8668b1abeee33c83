import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { findOrInstall } from '../servers/install.ts'
import { blocksOf, readPages } from './support/pages.ts'
import { followPage } from './support/session.ts'

const pages = readPages()
const isRun = ({ language, words }: ReturnType<typeof blocksOf>[number]): boolean =>
  language === 'sh' && words.includes('run')

/** What is shown, as a pattern: `…` stands for anything, and alone on a line for any lines. */
const patternOf = (shown: string): RegExp => {
  const lines = shown.trim().split('\n')
  const patterns = lines.map((line) =>
    line === '…'
      ? '(?:[^\\n]*\\n)*?'
      : `${line
          .split('…')
          .map((part) => RegExp.escape(part))
          .join('[\\s\\S]*?')}\\n`,
  )
  return new RegExp(`^${patterns.join('')}$`)
}

/** What is shown where the output fits it, else the output, so that the two can be compared. */
function asShown(output: string, shown: string): string {
  const plain = `${output
    .replaceAll('\r', '')
    .replaceAll(/[ \t]+$/gm, '')
    .trim()}\n`
  return patternOf(shown).test(plain) ? shown : plain
}

beforeAll(() => findOrInstall({ binary: 'curl', debianPackage: 'curl' }))

describe('what the documents let people type works', () => {
  const runnable = pages.filter((page) => blocksOf(page).some(isRun))

  test('there is something to type', () => {
    expect(runnable.map(({ path }) => path)).toContain('docs/getting-started.md')
  })

  // At the same time, because most of it is waiting: each has a folder and ports of its own.
  test.concurrent.for(runnable)('$path', { timeout: 120_000 }, async (page) => {
    for (const { block, code, output, shown } of await followPage(page)) {
      expect({ line: block.line, code, output }).toMatchObject({ code: 0 })
      if (shown !== null) expect(asShown(output, shown), `line ${block.line}`).toBe(shown)
    }
  })
})

test('every block for a shell can be read by one', () => {
  const blocks = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .map((block) => ({ where: `${page.path}:${block.line}`, text: block.text })),
  )
  expect(blocks.length).toBeGreaterThan(20)
  for (const { where, text } of blocks) {
    const check = (): Buffer => execFileSync('sh', ['-n'], { input: text, stdio: 'pipe' })
    expect(check, where).not.toThrow()
  }
})
