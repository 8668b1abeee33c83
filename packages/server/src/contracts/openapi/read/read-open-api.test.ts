import { describe, expect, test } from 'vitest'
import { readOpenApi, type OpenApiSource } from './read-open-api.ts'

const paths = { '/a': { get: { operationId: 'a' } } }
const text = (value: string): OpenApiSource => ({ text: value, name: 'api.yaml' })
const yaml = (...lines: readonly string[]): OpenApiSource => text(lines.join('\n'))

describe('documents that are taken', () => {
  test.each<[string, OpenApiSource, string]>([
    ['JSON', text(JSON.stringify({ openapi: '3.0.3', paths })), '3.0'],
    [
      'JSON with a byte order mark',
      text(`\uFEFF ${JSON.stringify({ openapi: '3.1.1', paths })}`),
      '3.1',
    ],
    ['YAML', yaml('openapi: 3.0.2', 'info: {title: A}', 'paths: {}'), '3.0'],
    ['YAML whose version is a number', yaml('openapi: 3.0', 'paths: {}'), '3.0'],
    ['YAML in braces', text("{openapi: '3.1.0', paths: {}}"), '3.1'],
    ['YAML with a key twice', yaml('openapi: 3.1.0', 'paths: {}', 'paths: {}'), '3.1'],
    ['an object', { openapi: '3.1.0', paths }, '3.1'],
    ['a pre-release', text('{"openapi":"3.0.0-rc2","paths":{}}'), '3.0'],
    ['Swagger', text('{"swagger":"2.0","paths":{}}'), '3.0'],
    ['Swagger as a number', yaml('swagger: 2.0', 'paths: {}'), '3.0'],
    ['3.2', text('{"openapi":"3.2.0","paths":{}}'), '3.2'],
    ['no paths', text('{"openapi":"3.1.0","components":{}}'), '3.1'],
  ])('%s', (_, source, version) => {
    const outcome = readOpenApi(source)
    expect(outcome.kind === 'read' ? outcome.document.version : outcome.detail).toBe(version)
  })
})

const bomb = [
  'openapi: 3.1.0',
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}x]`),
  'paths: *a9',
]
const circle: Record<string, unknown> = { openapi: '3.1.0' }
circle['paths'] = circle

describe('documents that are refused', () => {
  test.each<[string, OpenApiSource, RegExp]>([
    ['nothing', text(''), /^api.yaml is no OpenAPI document: it must be an object/],
    ['a list', text('[]'), /must be an object/],
    ['broken JSON', text('{"openapi": "3.0.0",'), /^api.yaml is neither JSON nor YAML: .* line 1/],
    ['broken YAML', yaml('openapi: 3.0.0', 'paths: [', 'a: b'), /neither JSON nor YAML: .* line/],
    ['something else', text('{"name":"x"}'), /has no "openapi" member/],
    ['AsyncAPI', text('{"asyncapi":"3.0.0"}'), /is an AsyncAPI document/],
    ['Swagger 1.2', text('{"swagger":"1.2"}'), /2.0 is the oldest/],
    ['a version to come', text('{"openapi":"4.0.0"}'), /is OpenAPI 4.0.0; versions 3.0, 3.1, 3.2/],
    ['no version', text('{"openapi":[]}'), /is OpenAPI/],
    [
      'the definition of a service',
      text('{"openapi":{"openapi":"3.1.0","paths":{}},"url":"http://a.test"}'),
      /^api.yaml is the definition of a service, .*: PUT \/v1\/services\/\{name\} takes it/,
    ],
    ['paths that are none', text('{"openapi":"3.0.0","paths":[]}'), /"paths" must be an object/],
    ['an alias bomb', yaml(...bomb), /^api.yaml is longer than 48 MB with its aliases written out/],
    ['deep YAML', text(`openapi: 3.1.0\npaths: ${'['.repeat(20_000)}`), /nested|neither/],
    ['an object that holds itself', circle, /cannot be written as JSON/],
    [
      'deep Swagger',
      text(`{"swagger":"2.0","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
      /nested too deeply/,
    ],
  ])('%s', (_, source, detail) => {
    const outcome = readOpenApi(source)
    expect(outcome.kind === 'refused' && outcome.detail).toMatch(detail)
  })
})
