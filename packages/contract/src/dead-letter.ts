import { Type, type Static } from 'typebox'

const Time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' })

/** Dead letters that died of the same fault, but for its numbers, ids and quoted values. */
export const DeadLetterGroupSchema = Type.Object({
  group: Type.String(),
  operation: Type.String(),
  code: Type.String(),
  title: Type.String(),
  detail: Type.String(),
  count: Type.Integer({ minimum: 1 }),
  oldest: Time,
  newest: Time,
  sample: Type.String({ pattern: '^job_' }),
})
export type DeadLetterGroup = Static<typeof DeadLetterGroupSchema>

export const DeadLetterGroupsSchema = Type.Object({
  groups: Type.Array(DeadLetterGroupSchema),
  next: Type.Union([Type.String(), Type.Null()]),
})
export type DeadLetterGroupsDocument = { groups: DeadLetterGroup[]; next: string | null }

/** What a retry or a discard of many came to. */
export const DeadLetterCountSchema = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  more: Type.Optional(
    Type.Boolean({ description: 'There are more of them than one call takes, or than `limit`' }),
  ),
  until: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When the last is due, where there is a rate',
    }),
  ),
})
export type DeadLetterCount = Static<typeof DeadLetterCountSchema>
