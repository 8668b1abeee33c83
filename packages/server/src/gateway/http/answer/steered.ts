import { publicPath } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import type { SteerAnswer } from '../../../engine/steer.ts'
import type { HttpContext } from '../context.ts'
import { etagOf } from './accepted.ts'
import { json, type Answer } from './answer.ts'
import { jobDocument, jobPath } from '../../job-document.ts'

type Steered = Exclude<SteerAnswer, { kind: 'problem' }>

/** 202 where something was set going, 200 where it was so already. */
export const cancelAnswer = (ctx: HttpContext, { kind, job }: Steered): Promise<Answer> =>
  steeredAnswer(ctx, kind === 'changed' ? 202 : 200, job)

export async function steeredAnswer(ctx: HttpContext, status: number, job: Job): Promise<Answer> {
  const view = await ctx.engine.view(job)
  return json(status, jobDocument(view, ctx.publicUrl()), {
    'location': publicPath(ctx.publicUrl(), jobPath(job)),
    'etag': etagOf(job),
    'cache-control': 'no-store',
  })
}
