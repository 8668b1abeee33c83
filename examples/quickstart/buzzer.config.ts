import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, operation, service } from 'buzzer'

// `npm start` starts the legacy API beside Buzzer and says here where it is.
const legacyUrl = process.env.LEGACY_URL ?? 'http://127.0.0.1:4000'

interface ReportOrder {
  readonly month: string
  readonly pages?: number
}

export default defineConfig({
  operations: {
    'render-report': operation({
      summary: 'Renders the report of a month, page by page',
      input: {
        type: 'object',
        required: ['month'],
        properties: {
          month: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])$' },
          pages: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
        },
        additionalProperties: false,
      },
      output: {
        type: 'object',
        required: ['month', 'pages'],
        properties: { month: { type: 'string' }, pages: { type: 'integer' } },
      },
      mode: 'async',
      timeout: '2m',
      concurrency: 10,
      retry: { attempts: 5, delay: '1s', factor: 2, maxDelay: '1m' },
      async run({ month, pages = 10 }: ReportOrder, ctx) {
        for (let page = 1; page <= pages; page += 1) {
          // A cancelled job, or one whose lease is lost, stops here.
          await sleep(300, undefined, { signal: ctx.signal })
          await ctx.output({ page, text: `Page ${page} of the report of ${month}` })
          await ctx.progress((page / pages) * 100, `page ${page} of ${pages}`)
        }
        return { month, pages }
      },
    }),
  },

  services: {
    legacy: service({
      openapi: '../legacy-api/openapi.yaml',
      url: legacyUrl,
      mount: '/api/legacy',
      mode: 'adaptive',
      wait: '1s',
    }),
  },

  outbound: { allow: [new URL(legacyUrl).host] },
  store: 'sqlite:./data',
  bus: 'memory',
  auth: 'none',
})
