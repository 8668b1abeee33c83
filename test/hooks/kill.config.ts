import { defineConfig, hook, service } from 'buzzer'

/** Where the upstream of the test is. */
const url = process.env['UPSTREAM'] ?? 'http://127.0.0.1:9'

export default defineConfig({
  hooks: { done: hook({ verify: 'none', finish: {} }) },
  services: {
    api: service({
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Reports', version: '1' },
        paths: {
          '/reports': {
            post: { operationId: 'render', responses: { default: { description: 'Whatever' } } },
          },
        },
      },
      url,
      mode: 'async',
      operations: { render: { callback: { hook: 'done' } } },
    }),
  },
  outbound: { allow: [new URL(url).host] },
})
