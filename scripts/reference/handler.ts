import { declarationOf, declarationsOf } from './declarations.ts'
import { code, page, table } from './markdown.ts'
import { methodsSection, optionsSection } from './sections.ts'

/** What those who write handlers get and throw. */
export const handlerPage = (): string =>
  page('What a handler gets', [
    'A handler is `run(input, ctx)` of an [operation](configuration.md#operationoptions). How one is' +
      ' written: [write a handler](../how-to/write-a-handler.md).',
    methodsSection(declarationOf('server/src/core/handler.ts', 'HandlerContext')),
    optionsSection('ctx.job', declarationOf('server/src/core/handler.ts', 'HandlerJob')),
    '## What it throws',
    table(
      ['class', 'meaning'],
      declarationsOf('server/src/core/handler-error.ts')
        .filter(({ name }) => name.endsWith('Error'))
        .map(({ name, comment }) => [code(name), comment]),
    ),
    optionsSection(
      'Options: problem',
      declarationOf('server/src/core/handler-error.ts', 'TerminalProblem'),
    ),
  ])
