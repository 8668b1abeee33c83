import type { ConfigIssue } from '../define/errors.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { isHttpUrl } from './http-url.ts'
import { issueIf } from './issues.ts'

const ways: Readonly<Record<string, readonly string[]>> = {
  basic: ['username', 'password'],
  oauth2: ['tokenUrl', 'clientId', 'clientSecret'],
}

/** Headers that are about the connection, or that the guarded client writes by itself. */
const ownHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'te'])

const howToWrite = 'write { header, value }, { basic: { … } } or { oauth2: { … } }'

/** Says what is wrong without ever showing a value, as it may be a secret. */
export function checkCredentials(path: string, credentials: unknown): readonly ConfigIssue[] {
  if (credentials === undefined) return []
  if (!isRecord(credentials)) return [{ path, detail: `this is not an object; ${howToWrite}` }]
  if ('header' in credentials) return checkHeader(path, credentials)
  const [way, ...others] = Object.keys(credentials)
  if (way === undefined || others.length > 0 || !Object.hasOwn(ways, way))
    return [{ path, detail: howToWrite }]
  return checkWay(`${path}.${way}`, ways[way] ?? [], credentials[way])
}

function checkWay(path: string, fields: readonly string[], given: unknown): readonly ConfigIssue[] {
  if (!isRecord(given)) return [{ path, detail: 'this is not an object' }]
  const { tokenUrl, scope } = given
  const isOauth = fields.includes('tokenUrl')
  const address = "this is not an address; write one such as 'https://login.example.com/token'"
  return [
    ...unknownKeys(`${path}.`, given, isOauth ? [...fields, 'scope'] : fields),
    ...fields.flatMap((field) => checkText(`${path}.${field}`, given[field])),
    ...issueIf(typeof tokenUrl === 'string' && !isHttpUrl(tokenUrl), `${path}.tokenUrl`, address),
    ...(isOauth && scope !== undefined ? checkText(`${path}.scope`, scope) : []),
  ]
}

function checkHeader(
  path: string,
  credentials: Readonly<Record<string, unknown>>,
): readonly ConfigIssue[] {
  const { header, value } = credentials
  const isName = typeof header === 'string' && /^[!#$%&'*+.^`|~\w-]+$/.test(header)
  const isOurs = isName && ownHeaders.has(header.toLowerCase())
  const isValue = typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
  return [
    ...unknownKeys(`${path}.`, credentials, ['header', 'value']),
    ...issueIf(!isName || isOurs, `${path}.header`, 'this is no name of a header that can be set'),
    ...issueIf(!isValue, `${path}.value`, 'this is no value that a header can have'),
  ]
}

const checkText = (path: string, value: unknown): readonly ConfigIssue[] =>
  issueIf(typeof value !== 'string', path, 'this is not text')
