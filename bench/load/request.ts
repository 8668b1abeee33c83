import type { Plan } from './plan.ts'

/** A request as bytes, of which only the key changes from one time to the next. */
export interface PreparedRequest {
  readonly bytes: Buffer
  /** Writes another key into the bytes, where the plan asks for it. */
  renewKey(): void
}

const blankKey = '00000000-0000-4000-8000-000000000000'
const hexDigits = Buffer.from('0123456789abcdef', 'latin1')

export function prepareRequest(plan: Omit<Plan, 'connections' | 'expectStatus'>): PreparedRequest {
  const { method, path, port, headers, body, distinctKeys } = plan
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(distinctKeys ? [`Idempotency-Key: "${blankKey}"`] : []),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
  const keyAt = bytes.indexOf(blankKey)
  return { bytes, renewKey: distinctKeys ? createKeyWriter(bytes, keyAt) : () => {} }
}

/** Random in every digit that a UUID of version 4 leaves open, without making a string. */
function createKeyWriter(bytes: Buffer, keyAt: number): () => void {
  const open = blankKey.split('').flatMap((digit, at) => (digit === '0' ? [keyAt + at] : []))
  let state = Math.trunc(Math.random() * 2 ** 31) + 1
  return () => {
    let bits = 0
    for (const [at, position] of open.entries()) {
      if (at % 8 === 0) {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        bits = state
      }
      bytes[position] = hexDigits[bits & 15] ?? 0
      bits >>>= 4
    }
  }
}
