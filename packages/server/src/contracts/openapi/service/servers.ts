import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { Site } from './import-operation.ts'

/** Where the document says that the API is. */
export interface Servers {
  /** Addresses that hold for all operations; none where the document gives none. */
  readonly urls: readonly string[]
  /** Its operations are at different addresses, and none is given for all of them. */
  readonly differ: boolean
  readonly notes: readonly string[]
  /** What is to be said of one operation. */
  notesOn(site: Site): readonly string[]
}

const mostNamed = 5

/**
 * Finds the addresses of an API. An operation's own come before its path's, and these before the
 * document's (OpenAPI 3.1, section 4.8.5); they count where all operations agree on them.
 */
export function serversOf(root: JsonObject, sites: readonly Site[]): Servers {
  const ofAll = urlsOf(root['servers'])
  const ofEach = sites.map((site) => effective(site, ofAll))
  const distinct = [...new Map(ofEach.map((urls) => [urls.join(' '), urls])).values()]
  const [first] = distinct
  const agreed = distinct.length === 1 && first !== undefined ? first : ofAll
  const differ = distinct.length > 1 && ofAll.length === 0
  return {
    urls: agreed,
    differ,
    notes: differ ? [explain(distinct)] : [],
    notesOn: (site) =>
      effective(site, ofAll).join(' ') === agreed.join(' ')
        ? []
        : ['servers of its own are not used; calls go to the url of the service'],
  }
}

function effective({ operation, item }: Site, ofAll: readonly string[]): readonly string[] {
  const lists = [urlsOf(operation['servers']), urlsOf(item['servers'])]
  return lists.find((urls) => urls.length > 0) ?? ofAll
}

const urlsOf = (servers: unknown): readonly string[] =>
  Array.isArray(servers)
    ? servers.flatMap((server) =>
        isObject(server) && typeof server['url'] === 'string'
          ? [withDefaults(server['url'], server['variables'])]
          : [],
      )
    : []

/** Variables have the values that hold where nobody chooses another (OpenAPI 3.1, 4.8.6). */
const withDefaults = (url: string, variables: unknown): string =>
  url.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined
    const value = isObject(variable) ? variable['default'] : undefined
    return typeof value === 'string' ? value : whole
  })

function explain(distinct: readonly (readonly string[])[]): string {
  const named = distinct.map(([url]) => url ?? 'no address at all')
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : ''
  return (
    `its operations are at different addresses (${named.slice(0, mostNamed).join(', ')}${more}), ` +
    'and none is given for all: say which with url, or make a service of each with include'
  )
}

/** The first address that can be called as it is; undefined where there is none. */
export const absoluteServer = (servers: readonly string[]): string | undefined =>
  servers.find((server) => /^https?:\/\/[^{}]+$/i.test(server))

/** What to say of a document that gives no address to call. */
export const serverLack = (servers: readonly string[]): string => {
  const [first] = servers
  if (first === undefined) return 'names no server'
  return /^[a-z][a-z\d+.-]*:/i.test(first) || first.includes('{')
    ? `names only ${first} as its server, which cannot be called`
    : `names only the relative server ${first}`
}
