import { list, page } from './markdown.ts'

/** What there is to look up. */
export const indexPage = (): string =>
  page('Reference', [
    'Made of the code by `npm run docs`; a test fails where it is stale.',
    list([
      '[Errors](errors.md): every code, its status, and whether a retry can help',
      '[Configuration](configuration.md): every option, variable, flag and default',
      '[What a handler gets](handler.md): `ctx` and the errors to throw',
      '[HTTP API](http-api.md): every route',
      '[Events](events.md): types, envelope, states',
      '[Client](client.md): what `@buzzer/client` exports',
      '[Command line](command-line.md): every command',
      '[Metrics](metrics.md): what `/metrics` has',
    ]),
  ])
