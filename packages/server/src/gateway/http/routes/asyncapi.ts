import { text } from '../answer/answer.ts'
import type { Route } from '../route.ts'

/** All that is sent and received here as it is now, made from the running definitions. */
export const asyncapiJson: Route = {
  method: 'GET',
  path: '/asyncapi.json',
  scope: 'public',
  handle: async ({ documents }) =>
    text('application/json; charset=utf-8', await documents.asyncapi('json')),
}

export const asyncapiYaml: Route = {
  method: 'GET',
  path: '/asyncapi.yaml',
  scope: 'public',
  handle: async ({ documents }) =>
    text('application/yaml; charset=utf-8', await documents.asyncapi('yaml')),
}
