/** The commands, by the number under which they cross to the thread. */
export const opcode = {
  accept: 0,
  settle: 1,
  note: 2,
  claim: 3,
  inspect: 4,
  serve: 5,
  read: 6,
  list: 7,
  cancel: 8,
  retry: 9,
  erase: 10,
  surroundings: 11,
  input: 12,
  result: 13,
  pieces: 14,
  failures: 15,
  rescue: 16,
  retain: 17,
  depths: 18,
  audit: 19,
  ping: 20,
} as const

export type CommandName = keyof typeof opcode

/** How a reply begins. */
export const status = { done: 0, failed: 1, unavailable: 2 } as const
