import type { Problem } from '@buzzer/contract'
import type { ChangeTerms } from '../../../ports/registry.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { maxDocumentBytes, plainPlan } from './body-plan.ts'
import { plainBody } from './decode-body.ts'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { refuseParameters } from './known-parameters.ts'
import { readTerms } from './precondition.ts'

/** A document that somebody sent to have something made of it. */
export interface DocumentOrder {
  readonly text: string
  /** Whether it is only to be looked at. */
  readonly dryRun: boolean
  readonly terms: ChangeTerms
}

/**
 * Reads what is to be imported, whatever media type it says.
 *
 * @param known names of the parameters that the route takes besides `dryRun`
 */
export async function readDocumentOrder(
  ctx: HttpContext,
  request: HttpRequest,
  language: 'OpenAPI' | 'AsyncAPI',
  known: readonly string[] = [],
): Promise<DocumentOrder | Problem> {
  const terms = readTerms(request)
  if (isProblem(terms)) return terms
  const plain = await plainBody(request, plainPlan(ctx, maxDocumentBytes))
  if (plain.kind === 'problem') return plain.problem
  const dryRun = readDryRun(request.query(), [...known, 'dryRun'])
  if (typeof dryRun !== 'boolean') return dryRun
  const text = readText(plain.body, language)
  return typeof text === 'string' ? { text, dryRun, terms } : text
}

function readDryRun(query: URLSearchParams, known: readonly string[]): boolean | Problem {
  const wrong = refuseParameters(query, known)
  if (wrong !== null) return wrong
  const dryRun = query.get('dryRun') ?? 'false'
  return dryRun === 'true' || dryRun === 'false'
    ? dryRun === 'true'
    : invalidParameter('dryRun', 'takes true or false')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readText(body: Uint8Array | null, language: string): string | Problem {
  if (body === null) {
    const detail = `There is no body. Send the ${language} document, as JSON or YAML.`
    return { code: 'malformed-body', detail }
  }
  try {
    return utf8.decode(body)
  } catch {
    return { code: 'malformed-body', detail: 'The document is not UTF-8 text.' }
  }
}
