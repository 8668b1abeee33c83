import type { Endpoint } from '../route.ts'
import type { Answer } from './answer.ts'

/** Whatever a submission is answered with depends on its `Prefer` (RFC 7240, section 2). */
export const varying = ({ called }: Pick<Endpoint, 'called'>, answer: Answer): Answer =>
  called === undefined || answer.headers['vary'] !== undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, vary: 'Prefer' } }
