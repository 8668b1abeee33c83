import { expect, test } from 'vitest'
import { docsPage } from './docs-page.ts'

const installed = (file: string): string => `hash-of-${file.replace('.', '-')}`
const withoutRenderer = (file: string): string | null =>
  file === 'scalar.js' ? null : installed(file)

test('links are relative, and name files by what is in them', () => {
  for (const page of ['calls', 'channels'] as const) {
    const links = [...docsPage(page, installed).matchAll(/(?:href|src)="([^"]*)"/g)]
    expect(links.length).toBeGreaterThan(6)
    for (const [, link = ''] of links) expect(link).not.toMatch(/^\/|:\/\//)
  }
  expect(docsPage('channels', installed)).toContain('src="../docs/scalar.js?v=hash-of-scalar-js"')
})

test('a renderer that is not installed leaves the links, and the panel to try channels', () => {
  const calls = docsPage('calls', withoutRenderer)
  expect(calls).toContain('The renderer is not installed')
  expect(calls).toContain('href="openapi.json"')
  expect(calls).not.toContain('<script')
  const channels = docsPage('channels', withoutRenderer)
  expect(channels).toContain('href="../asyncapi.yaml"')
  expect(channels).toContain('try.js')
  expect(channels).not.toContain('scalar.js')
})
