import { publicPath } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import type { JobView } from '../../../core/job-view.ts'
import type { HttpContext } from '../context.ts'
import { jsonType, type AnswerHeaders, type WholeAnswer } from './answer.ts'
import { jobDocument, jobPath } from '../../job-document.ts'
import { jobText } from '../../job-text.ts'

/** 202, sent when the job is durable: where it is, and the token that stands for it. */
export function acceptedAnswer(
  ctx: HttpContext,
  view: JobView,
  headers: AnswerHeaders,
): WholeAnswer {
  const publicUrl = ctx.publicUrl()
  const body = acceptedText(ctx, view)
  const path = jobPath(view.job)
  return {
    kind: 'whole',
    status: 202,
    headers: {
      'content-type': jsonType,
      'location': publicPath(publicUrl, path),
      'operation-location': publicUrl + path,
      'retry-after': retryAfterSeconds,
      'cache-control': 'no-store',
      ...headers,
    },
    body,
  }
}

/** The job in JSON, with its token. */
export const acceptedText = ({ tokens, publicUrl }: HttpContext, view: JobView): string =>
  jobText(jobDocument(view, publicUrl()), tokens.issue(view.job.id))

/** What a poller is told to wait before it looks again. */
export const retryAfterSeconds = '1'

export const etagOf = (job: Job): string => `W/"${job.version}"`
