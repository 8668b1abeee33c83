import { defineConfig, service } from 'buzzer'

const url = process.env.UPSTREAM ?? 'http://127.0.0.1:1'

const openapi = {
  openapi: '3.1.0',
  info: { title: 'Large', version: '1.0.0' },
  paths: {
    '/large': { get: { operationId: 'getLarge', responses: { 200: { description: 'Bytes' } } } },
  },
}

export default defineConfig({
  services: {
    large: service({
      openapi,
      url,
      mode: 'async',
      timeout: '2m',
      retry: { attempts: 100, delay: '200ms', maxDelay: '500ms' },
    }),
  },
  outbound: { allow: [new URL(url).host] },
})
