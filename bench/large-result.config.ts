import { defineConfig, service } from 'buzzer'

const url = process.env['BENCH_UPSTREAM_URL'] ?? 'http://127.0.0.1:1'

/** An API whose results are large. */
export default defineConfig({
  services: {
    files: service({
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Files', version: '1' },
        paths: {
          '/{bytes}': {
            get: {
              operationId: 'give',
              parameters: [
                { name: 'bytes', in: 'path', required: true, schema: { type: 'integer' } },
              ],
              responses: { 200: { description: 'So many bytes' } },
            },
          },
        },
      },
      url,
      mode: 'sync',
      limits: { result: '1gb' },
    }),
  },
  outbound: { allow: ['127.0.0.1'] },
  log: { level: 'warn' },
})
