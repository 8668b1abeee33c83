import { text, type Answer } from '../answer/answer.ts'
import type { HttpContext } from '../context.ts'
import { invalidParameter } from '../request/header-problem.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The API as it is now, made from the running definitions. */
export const openapiJson: Route = {
  method: 'GET',
  path: '/openapi.json',
  scope: 'public',
  handle: (ctx, request) => serve(ctx, request, 'json', 'application/json; charset=utf-8'),
}

export const openapiYaml: Route = {
  method: 'GET',
  path: '/openapi.yaml',
  scope: 'public',
  handle: (ctx, request) => serve(ctx, request, 'yaml', 'application/yaml; charset=utf-8'),
}

async function serve(
  ctx: HttpContext,
  request: HttpRequest,
  format: 'json' | 'yaml',
  mediaType: string,
): Promise<Answer> {
  const version = request.query().get('version') ?? '3.1'
  if (version !== '3.1' && version !== '3.2') {
    return refuse(ctx, request, invalidParameter('version', 'takes 3.1 or 3.2'))
  }
  return text(mediaType, await ctx.documents.openapi(version, format))
}
