import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPages, root, type Page } from './support/pages.ts'

const pages = readPages()

/** A page without its code, where brackets mean something else. */
const prose = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '``')

interface Link {
  readonly text: string
  readonly target: string
}

const linksOf = ({ text }: Page): readonly Link[] =>
  [...prose(text).matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)]
    .map(([, label = '', target = '']) => ({ text: label, target }))
    .filter(({ target }) => !/^(?:https?|mailto):/.test(target))

/** The anchors that a page has, as they are made of its headings on GitHub. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const headings = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)]
  return new Set(
    headings.map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/\]\([^)]*\)/g, '')
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-')
      const times = seen.get(slug) ?? 0
      seen.set(slug, times + 1)
      return times === 0 ? slug : `${slug}-${times}`
    }),
  )
}

function wrongWith(page: Page, { target }: Link): string | null {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? page.path : join(dirname(page.path), decodeURIComponent(file))
  if (!existsSync(join(root, path))) return `${target}: there is no ${path}`
  if (anchor === undefined || !path.endsWith('.md')) return null
  const anchors = anchorsOf(readFileSync(join(root, path), 'utf8'))
  return anchors.has(anchor) ? null : `${target}: ${path} has no heading for it`
}

describe('links', () => {
  test.each(pages.map((page) => [page.path, page] as const))('of %s lead somewhere', (_, page) => {
    expect(linksOf(page).flatMap((link) => wrongWith(page, link) ?? [])).toEqual([])
  })

  test('are found, and wrong ones are told', () => {
    const page = {
      path: 'docs/x.md',
      text: '[a](../README.md#no-such) [b](no.md) `[c](d.md)` [e](#f)',
    }
    expect(linksOf(page).map((link) => wrongWith(page, link))).toEqual([
      '../README.md#no-such: README.md has no heading for it',
      'no.md: there is no docs/no.md',
      '#f: there is no docs/x.md',
    ])
    expect(anchorsOf('## `buzzer start`, and more!\n### A\n### A')).toEqual(
      new Set(['buzzer-start-and-more', 'a', 'a-1']),
    )
  })
})

describe('every document can be found', () => {
  const documents = pages.filter(({ path }) => path.startsWith('docs/')).map(({ path }) => path)

  test('from docs/README.md, directly or over the index of its folder', () => {
    const reachable = new Set<string>()
    const visit = (path: string): void => {
      if (reachable.has(path)) return
      reachable.add(path)
      const page = pages.find((one) => one.path === path)
      // Only indexes are followed: a page that is named in passing is not listed.
      if (page === undefined || !path.endsWith('/README.md')) return
      for (const { target } of linksOf(page)) visit(join(dirname(path), target.split('#')[0] ?? ''))
    }
    visit('docs/README.md')
    expect(documents.filter((path) => !reachable.has(path))).toEqual([])
  })

  test('from llms.txt', () => {
    const text = readFileSync(join(root, 'llms.txt'), 'utf8')
    expect(documents.filter((path) => !text.includes(`(${path})`))).toEqual([])
    const named = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })
})
