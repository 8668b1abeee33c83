import { lines, type Template } from './template.ts'

export const service: Template = {
  name: 'service',
  summary: 'an HTTP API as it is, wrapped by its OpenAPI document',
  scripts: { api: 'node api.ts' },
  variables: [['API_URL', 'http://127.0.0.1:4000', 'where the API is']],
  tryIt: [
    ['npm run api', 'a slow API to try it with, in a terminal of its own'],
    ['curl -i http://127.0.0.1:2899/api/legacy/tours', 'as ever, and 202 where it takes too long'],
    ['npx buzzer import api.yaml --dry-run', 'what each operation of the document becomes'],
  ],
  files: {
    'buzzer.config.ts': lines`
      import { defineConfig, service } from 'buzzer'

      const url = process.env['API_URL'] ?? 'http://127.0.0.1:4000'

      export default defineConfig({
        services: {
          legacy: service({
            openapi: './api.yaml',
            url,
            mount: '/api/legacy',
            // Callers get the answer if it is there within a second, else 202 and a job.
            mode: 'adaptive',
            wait: '1s',
          }),
        },
        // Private addresses are refused unless they stand here.
        outbound: { allow: [new URL(url).host] },
      })
    `,
    'api.yaml': lines`
      openapi: 3.1.0
      info:
        title: Tours
        version: 1.0.0
      paths:
        /tours:
          get:
            operationId: listTours
            summary: All tours
            responses:
              '200':
                description: The tours
                content:
                  application/json:
                    schema:
                      type: array
                      items: { type: string }
        /tours/{tour}/report:
          post:
            operationId: reportTour
            summary: Writes the report of a tour, which takes a while
            parameters:
              - name: tour
                in: path
                required: true
                schema: { type: string }
            responses:
              '201':
                description: The report
    `,
    'api.ts': lines`
      import { createServer } from 'node:http'
      import { setTimeout as sleep } from 'node:timers/promises'

      // Stands for the API that you have. Once API_URL names that one, remove this file.

      const port = Number(process.env['PORT'] ?? 4000)

      const server = createServer((request, response) => {
        const isReport = request.method === 'POST' && request.url?.endsWith('/report') === true
        const answer = isReport ? { pages: 12 } : ['Andalusia', 'Bohemia', 'Crete']
        void sleep(isReport ? 3000 : 50).then(() => {
          response.writeHead(isReport ? 201 : 200, { 'content-type': 'application/json' })
          response.end(JSON.stringify(answer))
        })
      })
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        const at = typeof address === 'object' && address !== null ? address.port : port
        console.log(\`The API listens on http://127.0.0.1:\${at}\`)
      })
    `,
  },
}
