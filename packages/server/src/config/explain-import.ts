import { fileURLToPath } from 'node:url'
import { ConfigError } from '../define/errors.ts'

/**
 * Says why a configuration file could not be run, where in it, and what to do.
 *
 * @param path the configuration file; the fault may be in a file that it imports
 * @param error what `import()` rejected with
 */
export function explainImport(path: string, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error
  const code = codeOf(error)
  const { detail, kind, fix } = explain(code, messageOf(error), error)
  return new ConfigError([{ path: placeOf(error) ?? path, detail }], {
    code: kind,
    cause: error,
    ...(fix === null ? {} : { fix }),
  })
}

interface Explanation {
  readonly kind: string
  readonly detail: string
  readonly fix: string | null
}

function explain(code: string | null, message: string, error: unknown): Explanation {
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return {
      kind: 'config-syntax',
      detail: `${message}. Node runs the file as it is and only takes its types away.`,
      fix: instead(message),
    }
  if (code === 'ERR_MODULE_NOT_FOUND') return explainMissing(message)
  if (error instanceof SyntaxError)
    return {
      kind: 'config-syntax',
      detail: `It does not parse: ${message}`,
      fix: moduleFix(message),
    }
  return { kind: 'config-failed', detail: `It failed while it was loaded: ${message}`, fix: null }
}

function instead(message: string): string {
  if (/enum/i.test(message))
    return "write a union such as type Color = 'red' | 'green', or an object with as const"
  if (/parameter propert/i.test(message))
    return 'declare the field and assign it in the constructor'
  if (/namespace/i.test(message)) return 'use a module of its own, with export and import'
  return 'write it without TypeScript that has a meaning at run time'
}

function moduleFix(message: string): string | null {
  // A type leaves nothing behind that an import could find.
  if (message.includes('does not provide an export named'))
    return 'if it is a type, write import type'
  // `npm init` makes projects whose modules are CommonJS.
  const isCommonJs = /outside a module|Unexpected token 'export'/.test(message)
  return isCommonJs ? 'npm pkg set type=module' : null
}

function explainMissing(message: string): Explanation {
  const [, name = ''] = /Cannot find package '([^']+)'/.exec(message) ?? []
  const [, from = ''] = /imported from (.+)$/s.exec(message) ?? []
  const [missing = message] = message.split(' imported from ')
  const detail = `${missing}, which is imported from ${from}`
  if (name !== '') return { kind: 'config-import', detail, fix: `npm install ${packageOf(name)}` }
  const hasNoExtension = !/\.[cm]?[jt]s'?$/.test(missing)
  const fix = hasNoExtension ? "write the import with its extension, such as './report.ts'" : null
  return { kind: 'config-import', detail, fix }
}

/** Node gives the folder that it looked in where a package is linked and its file is missing. */
const packageOf = (name: string): string =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? name

const codeOf = (error: unknown): string | null => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : `it threw ${String(error)}`

/** Node writes `file:line` before the message of a syntax error, and frames after any message. */
function placeOf(error: unknown): string | null {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [first = '', ...frames] = stack.split('\n')
  const head = /^((?:file:\/\/)?\/.+|[A-Za-z]:\\.+):(\d+)$/.exec(first)
  if (head !== null) return `${pathOf(head[1] ?? '')}:${head[2]}`
  const own = frames.find((frame) => frame.includes('file://') && !frame.includes('node_modules'))
  const [, file, line] = /(file:\/\/[^\s():]*(?::\/)?[^\s():]*):(\d+):\d+/.exec(own ?? '') ?? []
  return file === undefined ? null : `${pathOf(file)}:${line}`
}

const pathOf = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file)
