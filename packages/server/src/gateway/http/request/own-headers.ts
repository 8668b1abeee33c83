/** Headers that belong to Buzzer: they are part of what is asked, and never go to an upstream. */
export const isOwnHeader = (name: string): boolean =>
  name.startsWith('buzzer-') || name.startsWith('callback-')

export const submissionHeaders = [
  'buzzer-priority',
  'buzzer-delay',
  'buzzer-run-at',
  'buzzer-deadline',
  'buzzer-key',
  'buzzer-tags',
] as const

export const callbackHeaders = ['callback-url', 'callback-events', 'callback-secret'] as const
