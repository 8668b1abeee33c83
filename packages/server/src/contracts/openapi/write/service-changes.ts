import type { JsonObject } from '../../schema/json-pointer.ts'

const operationRef: JsonObject = {
  type: 'object',
  required: ['name', 'method', 'path'],
  properties: {
    name: { type: 'string' },
    method: { type: 'string' },
    path: { type: 'string' },
  },
}
const breaking: JsonObject = { type: 'boolean', description: 'Callers may not work any more.' }

/** What a second import changes for callers. */
export const serviceChangesSchema: JsonObject = {
  type: 'object',
  required: ['breaking', 'added', 'removed', 'changed'],
  properties: {
    breaking,
    added: { type: 'array', items: operationRef },
    removed: { type: 'array', items: operationRef },
    changed: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'method', 'path', 'breaking', 'changes'],
        properties: {
          name: { type: 'string' },
          method: { type: 'string' },
          path: { type: 'string' },
          breaking,
          changes: {
            type: 'array',
            items: {
              type: 'object',
              required: ['breaking', 'pointer', 'detail'],
              properties: {
                breaking,
                pointer: { type: 'string' },
                detail: { type: 'string' },
              },
            },
          },
        },
      },
    },
  },
}
