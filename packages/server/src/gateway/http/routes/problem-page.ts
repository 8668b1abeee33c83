import { problems, publicPath, type ProblemCode } from '@buzzer/contract'
import { json, text } from '../answer/answer.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The page behind a problem's `type`, made from the error table. */
export const problemPage: Route = {
  method: 'GET',
  path: '/problems/:code',
  scope: 'public',
  handle(ctx, request) {
    const code = request.params['code'] ?? ''
    if (!Object.hasOwn(problems, code)) {
      const detail = `There is no problem '${code}'. /problems lists all of them.`
      return refuse(ctx, request, { code: 'route-not-found', detail })
    }
    return text('text/html; charset=utf-8', page(ctx.publicUrl(), [code as ProblemCode]))
  },
}

/** All of them; as JSON for those who ask for it. */
export const problemList: Route = {
  method: 'GET',
  path: '/problems',
  scope: 'public',
  handle(ctx, { headers }) {
    const codes = Object.keys(problems) as ProblemCode[]
    return headers.accept?.includes('application/json') === true
      ? json(200, { problems: codes.map((code) => ({ code, ...problems[code] })) }, vary)
      : text('text/html; charset=utf-8', page(ctx.publicUrl(), codes), vary)
  },
}

const vary = { vary: 'Accept' }

const page = (publicUrl: string, codes: readonly ProblemCode[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Problems of Buzzer</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  code { font-size: .95em } dt { margin-top: 1.5rem; font-weight: 600 } dd { margin: 0 }
</style>
<h1>${codes.length === 1 ? 'Problem' : 'Problems'}</h1>
<dl>
${codes.map(entry).join('\n')}
</dl>
<p><a href="${publicPath(publicUrl, '/problems')}">All problems</a> · answered as
<a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> documents, whose
<code>detail</code> says what to do.</p>
</html>
`

function entry(code: ProblemCode): string {
  const { status, title, retry } = problems[code]
  const advice = retry
    ? 'Sending the same request again later can help.'
    : 'Sending the same request again does not help; change it first.'
  return `<dt><code>${code}</code> (${status})</dt><dd>${title}. ${advice}</dd>`
}
