import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { run } from './testing/command-line.ts'

const document = '{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{}}'
const inHalf: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"openapi":', () => response.destroy())
}
const beforeTheLast: RequestListener = (request, response) => {
  if (request.headers.prefer === 'wait=60') response.destroy()
  else response.writeHead(202).end()
}

test.each<[string, RequestListener, readonly string[]]>([
  ['a document', inHalf, ['openapi']],
  ['a document in YAML', inHalf, ['asyncapi', '--yaml']],
  ['an import', inHalf, ['import', 'api.json']],
  ['a measurement', beforeTheLast, ['bench', '--operation', 'a', '--seconds', '1']],
])('3 where the server is gone in the middle of %s', async (_, answer, argv) => {
  await using folder = await temporaryFolder('gone')
  await writeFile(join(folder.path, 'api.json'), document)
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { exitCode, stdout, stderr } = await run([...argv, '--url', url], { cwd: folder.path })
  server.close()
  expect(stderr).toContain(`Could not reach ${url}`)
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
})
