import { defineConfig, operation } from 'buzzer'

const input = {
  type: 'object',
  required: ['left', 'right'],
  properties: { left: { type: 'number' }, right: { type: 'number' } },
}

interface Pair {
  readonly left: number
  readonly right: number
}

const add = ({ left, right }: Pair): { sum: number } => ({ sum: left + right })

export default defineConfig({
  operations: {
    'add': operation({ input, run: add }),
    'add-in-thread': operation({ input, thread: true, run: add }),
  },
})
