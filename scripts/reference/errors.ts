import { problems } from '../../packages/contract/src/problem.ts'
import { code, page, table } from './markdown.ts'

/** Every error, from the one table that the gateway and the clients read too. */
export const errorsPage = (): string =>
  page('Errors', [
    'Every error is a problem document (RFC 9457, `application/problem+json`) with one of these' +
      ' codes in `code`. A running server has a page for each below `/problems`. "Retry" says' +
      ' whether sending the same request again can help; where the answer has a `Retry-After`,' +
      ' wait that long. A handler may fail with a code of its own' +
      ' ([retries and errors](../how-to/retries-and-errors.md)).',
    table(
      ['code', 'status', 'retry', 'meaning'],
      Object.entries(problems)
        .toSorted(([a, first], [b, second]) => first.status - second.status || (a < b ? -1 : 1))
        .map(([name, { status, retry, title }]) => [
          code(name),
          String(status),
          retry ? 'yes' : 'no',
          title,
        ]),
    ),
  ])
