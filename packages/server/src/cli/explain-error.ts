import { BuzzerError, ConnectionError } from '@buzzer/client'
import { ConfigError } from '../config/load.ts'
import { CommandError, exitCodes } from './command-error.ts'
import type { Explained } from './explained.ts'
import { explainLines, LinesError } from './lines-error.ts'
import { Interrupted } from './terminal.ts'

/** Says of whatever was thrown what it means to who typed the command. */
export function explainError(error: unknown): Explained {
  if (error instanceof LinesError) return explainLines(error, explainError(error.cause))
  if (error instanceof CommandError) return { ...plain, ...pick(error), what: error.message }
  if (error instanceof ConfigError) return explainConfig(error)
  if (error instanceof BuzzerError) return explainProblem(error)
  if (error instanceof ConnectionError) return explainConnection(error)
  if (error instanceof Interrupted)
    return { ...plain, code: 'interrupted', exitCode: exitCodes.interrupted, what: 'Interrupted.' }
  return {
    ...plain,
    what: error instanceof Error ? error.message : String(error),
    why: ['This is a fault in Buzzer itself; --verbose shows where.'],
  }
}

const plain: Explained = {
  code: 'internal-error',
  exitCode: exitCodes.failed,
  what: '',
  why: [],
  fix: null,
  page: null,
}

const pick = ({ code, exitCode, why, fix }: CommandError) => ({ code, exitCode, why, fix })

function explainConfig({ code, issues, fix }: ConfigError): Explained {
  const count = issues.length === 1 ? '' : `: ${issues.length} problems`
  return {
    ...plain,
    code,
    exitCode: exitCodes.usage,
    what: `The configuration cannot be used${count}.`,
    why: issues.map(({ path, detail }) => `${path}: ${detail}`),
    fix,
  }
}

/** What a person at a terminal does about a problem; its own text is written for programs too. */
const fixes: Readonly<Record<string, string>> = {
  'operation-not-found':
    'buzzer openapi shows what can be called, buzzer schedules what has a schedule',
  'job-not-found': 'buzzer jobs lists those that there are',
  'job-finished': 'buzzer jobs result ID',
  'channel-not-found': 'declare it in buzzer.config.ts, below channels',
  'webhook-not-found': 'buzzer webhooks lists those that there are',
  'webhook-disabled': 'buzzer webhooks enable ID',
  'delivery-not-found': 'buzzer webhooks deliveries lists those that there are',
  'delivery-being-sent': 'wait for its answer: buzzer webhooks delivery ID',
  'endpoint-url-rejected': 'an http or https address that is public, or name it in outbound.allow',
  'callback-url-rejected': 'an http or https address that is public, or name it in outbound.allow',
  'precondition-failed': 'look at what it is now, and change that',
  'overloaded': 'wait, and do it again',
}

function explainProblem({ code, message, problem }: BuzzerError): Explained {
  const errors = problem.errors ?? []
  return {
    ...plain,
    code,
    what: problem.title,
    why: [message, ...errors.map(({ pointer, detail }) => `${pointer || '(whole)'}: ${detail}`)],
    fix: fixOf(code, message),
    page: /^https?:/.test(problem.type) ? problem.type : null,
  }
}

/** Channels that Buzzer writes to itself cannot be declared; what the server says tells them apart. */
function fixOf(code: string, message: string): string | null {
  if (code !== 'channel-not-found') return fixes[code] ?? null
  if (message.includes('/v1/jobs/')) return 'buzzer jobs watch ID follows a job'
  return isOwnChannel.test(message) ? null : (fixes[code] ?? null)
}

const isOwnChannel = /only Buzzer writes|'(?:operations|presence|batches)[./]/

function explainConnection(error: ConnectionError): Explained {
  const reasons = causesOf(error).map((cause) => cause.message)
  return {
    ...plain,
    code: 'unreachable',
    exitCode: exitCodes.unreachable,
    what: `${error.message}.`,
    why: reasons.filter((reason) => reason !== '').slice(-1),
    fix: 'buzzer start, or --url with the address of a server that runs',
  }
}

/** The innermost says what the system said. */
function causesOf({ cause }: Error): readonly Error[] {
  if (!(cause instanceof Error)) return []
  const inner = cause instanceof AggregateError ? (cause.errors as unknown[]).at(-1) : null
  return [cause, ...(inner instanceof Error ? [inner] : causesOf(cause))]
}
