import { BatchSchema } from '@buzzer/contract'
import { batchDocument } from '../../batch-document.ts'
import { empty, json } from '../answer/answer.ts'
import { batchEtag, batchHeaders } from '../answer/batch.ts'
import { pickFields } from '../answer/fields.ts'
import { isProblem } from '../answer/problem.ts'
import { untilBatchEnd } from '../../../engine/find-batch.ts'
import { fieldsOf, wrongFields } from '../request/fields.ts'
import { waitForBatch } from '../request/find-batch.ts'
import { parseTags } from '../request/if-none-match.ts'
import { appliedPreferences, parsePrefer } from '../request/prefer.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

const members = Object.keys(BatchSchema.properties)

/** The batch as it stands, at once or (long polling) when all of it ended or something changed. */
export const getBatch: Route = {
  method: 'GET',
  path: '/v1/batches/:id',
  scope: 'jobs:read',
  async handle(ctx, request) {
    const wrong = wrongFields(fieldsOf(request), 'batch', members)
    if (wrong !== null) return refuse(ctx, request, wrong)
    const known = parseTags(request.headers['if-none-match'])
    const preference = parsePrefer(request.headers['prefer'])
    const batch = await waitForBatch(
      ctx,
      request,
      preference,
      (each) => untilBatchEnd(each) || known?.has(batchEtag(each)) === false,
    )
    if (isProblem(batch)) return refuse(ctx, request, batch)
    const applied = appliedPreferences({ ...preference, respondAsync: false })
    const headers = {
      ...batchHeaders(batch),
      ...(applied === null ? {} : { 'preference-applied': applied }),
    }
    if (known?.has(batchEtag(batch)) === true) return empty(304, headers)
    const document = batchDocument(batch, ctx.publicUrl())
    const fields = fieldsOf(request)
    return json(200, fields === null ? document : pickFields(document, fields), headers)
  },
}
