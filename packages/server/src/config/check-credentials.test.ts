import { describe, expect, test } from 'vitest'
import { checkCredentials } from './check-credentials.ts'

const oauth2 = { tokenUrl: 'https://a.test/token', clientId: 'i', clientSecret: 's' }

describe('credentials', () => {
  test.each([
    [undefined],
    [{ header: 'X-Key', value: 'geheim' }],
    [{ basic: { username: 'u', password: '' } }],
    [{ oauth2 }],
    [{ oauth2: { ...oauth2, scope: 'a b' } }],
  ])('%j are taken', (credentials) => {
    expect(checkCredentials('c', credentials)).toEqual([])
  })

  test.each<[unknown, readonly string[]]>([
    ['geheim', ['c']],
    [null, ['c']],
    [{}, ['c']],
    [{ constructor: 'geheim' }, ['c']],
    [{ basic: {}, oauth2 }, ['c']],
    [{ header: 'X-Key' }, ['c.value']],
    [{ header: 'X-Key', value: 'geheim\r\nX-Other: 1' }, ['c.value']],
    [{ header: 'X Key', value: 'geheim' }, ['c.header']],
    [{ header: 'Host', value: 'geheim' }, ['c.header']],
    [{ header: 'X-Key', value: 'geheim', extra: 1 }, ['c.extra']],
    [{ basic: 'geheim' }, ['c.basic']],
    [{ basic: { username: 'u' } }, ['c.basic.password']],
    [{ oauth2: { ...oauth2, tokenUrl: 'geheim' } }, ['c.oauth2.tokenUrl']],
    [{ oauth2: { ...oauth2, scope: ['a'] } }, ['c.oauth2.scope']],
  ])('%j are refused without being shown', (credentials, paths) => {
    const issues = checkCredentials('c', credentials)
    expect(issues.map(({ path }) => path)).toEqual(paths)
    expect(JSON.stringify(issues)).not.toContain('geheim')
  })
})
