import type { Problem } from '@buzzer/contract'

/** @param rule the rest of the sentence that begins with the header's name */
export const invalidHeader = (name: string, rule: string): Problem => ({
  code: 'invalid-header',
  detail: `${name} ${rule}.`,
})

export const invalidParameter = (name: string, rule: string): Problem => ({
  code: 'invalid-parameter',
  detail: `The query parameter \`${name}\` ${rule}.`,
})
