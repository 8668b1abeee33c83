import { problems } from '@buzzer/contract'
import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, problemAnswers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { query } from './jobs.ts'

const status = (more: JsonObject = {}): JsonObject =>
  json('Yes', {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string' }, ...more },
  })
const warnings: JsonObject = {
  type: 'array',
  description: 'Worth a look, and no reason to send callers elsewhere.',
  items: {
    type: 'object',
    required: ['code', 'detail'],
    properties: { code: { type: 'string' }, detail: { type: 'string' } },
    additionalProperties: true,
  },
}
const text = (type: string, description: string): JsonObject => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
})
const listed: JsonObject = {
  type: 'object',
  required: ['code', 'status', 'title', 'retry'],
  properties: {
    code: { type: 'string' },
    status: { type: 'integer' },
    title: { type: 'string' },
    retry: { type: 'boolean', description: 'Whether sending the same request again can help.' },
  },
}
const unchanged = { '304': { description: 'It is what `If-None-Match` names' } }
const version = query('version', { type: 'string', enum: ['3.1', '3.2'], default: '3.1' })

/** What the server says of itself. */
export const serverRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/',
    operationId: 'getHome',
    tag: 'Server',
    summary: 'Says where things are, as JSON or, for browsers, as a page',
    responses: {
      '200': {
        description: 'Links',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['name', 'links'],
              properties: {
                name: { type: 'string' },
                links: { type: 'object', additionalProperties: { type: 'string' } },
              },
            },
          },
          'text/html': { schema: { type: 'string' } },
        },
      },
    },
  },
  {
    method: 'get',
    path: '/healthz',
    operationId: 'isAlive',
    tag: 'Server',
    summary: 'Says that the process is alive',
    responses: { '200': status() },
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'isReady',
    tag: 'Server',
    summary: 'Says whether it makes progress: the store can be written, nothing waits too long',
    responses: {
      '200': status({ warnings }),
      ...problemAnswers('store-unavailable', 'overloaded', 'shutting-down'),
    },
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    tag: 'Server',
    summary: 'Gives counters and histograms, for Prometheus',
    responses: { '200': text('application/openmetrics-text', 'OpenMetrics') },
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tag: 'Server',
    summary: 'Gives this document',
    parameters: [version],
    responses: {
      '200': json('An OpenAPI document', { type: 'object' }),
      ...problemAnswers('invalid-parameter'),
    },
  },
  {
    method: 'get',
    path: '/openapi.yaml',
    operationId: 'getOpenApiYaml',
    tag: 'Server',
    summary: 'Gives this document as YAML',
    parameters: [version],
    responses: {
      '200': text('application/yaml', 'An OpenAPI document'),
      ...problemAnswers('invalid-parameter'),
    },
  },
  {
    method: 'get',
    path: '/asyncapi.json',
    operationId: 'getAsyncApi',
    tag: 'Server',
    summary: 'Gives the channels, and what is sent and received on them',
    responses: { '200': json('An AsyncAPI 3.1 document', { type: 'object' }) },
  },
  {
    method: 'get',
    path: '/asyncapi.yaml',
    operationId: 'getAsyncApiYaml',
    tag: 'Server',
    summary: 'Gives the channels, and what is sent and received on them, as YAML',
    responses: { '200': text('application/yaml', 'An AsyncAPI 3.1 document') },
  },
  {
    method: 'get',
    path: '/docs',
    operationId: 'getDocsOfCalls',
    tag: 'Server',
    summary: 'Shows this document, with every call to be tried',
    responses: { '200': text('text/html', 'A page for people'), ...unchanged },
  },
  {
    method: 'get',
    path: '/docs/channels',
    operationId: 'getDocsOfChannels',
    tag: 'Server',
    summary: 'Shows the channels, to be published to and watched',
    responses: { '200': text('text/html', 'A page for people'), ...unchanged },
  },
  {
    method: 'get',
    path: '/docs/{file}',
    operationId: 'getDocsFile',
    tag: 'Server',
    summary: 'Gives what these pages are made of',
    parameters: [{ name: 'file', in: 'path', required: true, schema: { type: 'string' } }],
    responses: {
      '200': {
        description: 'A script or a style sheet',
        content: {
          'text/javascript': { schema: { type: 'string' } },
          'text/css': { schema: { type: 'string' } },
        },
      },
      ...unchanged,
      ...problemAnswers('route-not-found'),
    },
  },
  {
    method: 'get',
    path: '/problems',
    operationId: 'listProblems',
    tag: 'Server',
    summary: 'Lists all problems that an answer can be, as a page or, where asked for, as JSON',
    responses: {
      '200': {
        description: 'All of them',
        content: {
          'text/html': { schema: { type: 'string' } },
          'application/json': {
            schema: {
              type: 'object',
              required: ['problems'],
              properties: { problems: { type: 'array', items: listed } },
            },
          },
        },
      },
    },
  },
  {
    method: 'get',
    path: '/problems/{code}',
    operationId: 'getProblem',
    tag: 'Server',
    summary: 'Explains a problem; its `type` leads here',
    parameters: [
      {
        name: 'code',
        in: 'path',
        required: true,
        schema: { type: 'string', enum: Object.keys(problems) },
      },
    ],
    responses: {
      '200': text('text/html', 'A page for people'),
      ...problemAnswers('route-not-found'),
    },
  },
]
