import { ProblemSchema, problems, type ProblemDocument } from '@buzzer/contract'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { call, type Answer } from './call.ts'

/** Checks all that PROTOCOL.md, section 7 says of a problem document. @returns the document */
export function expectProblem(
  answer: Pick<Answer, 'status' | 'headers' | 'text'>,
  status: number,
  code: string,
): ProblemDocument {
  expect(answer.headers['content-type'], answer.text).toMatch(/^application\/problem\+json\b/)
  const document = JSON.parse(answer.text) as ProblemDocument
  expect({ status: answer.status, code: document.code, detail: document.detail }).toEqual({
    status,
    code,
    detail: expect.stringMatching(/\S{2}/) as string,
  })
  expectWellFormed(document)
  expect(document.status).toBe(status)
  return document
}

/** Its members, its code in the table with the same status, and a `type` that names the code. */
export function expectWellFormed(document: ProblemDocument): void {
  expect([...Value.Errors(ProblemSchema, document)], JSON.stringify(document)).toEqual([])
  const known = Object.entries(problems).find(([code]) => code === document.code)
  expect(known?.[1].status, `${document.code} in the table`).toBe(document.status)
  expect(document.title).toBe(known?.[1].title)
  expect(document.type).toMatch(new RegExp(`^https?://[^/]+/problems/${document.code}$`))
  expect(document.detail.trim()).not.toBe('')
}

/** Opens the page that a problem's `type` names. */
export async function expectPage({ type, code }: ProblemDocument): Promise<void> {
  const { origin, pathname } = new URL(type)
  const page = await call(origin, `GET ${pathname}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain(code)
}
