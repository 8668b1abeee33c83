import type { ApiDocuments } from '../gateway/http/context.ts'
import type { Catalog } from '../ports/catalog.ts'

export const createDocuments = (_catalog: Catalog, _publicUrl: () => string): ApiDocuments => ({
  openapi: () => '{}',
})
