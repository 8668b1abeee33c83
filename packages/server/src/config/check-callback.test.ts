import { expect, it } from 'vitest'
import { checkCallback, checkCallbackHooks } from './check-callback.ts'

const told = (callback: unknown): readonly string[] =>
  checkCallback('callback', callback).map(({ path, detail }) => `${path}: ${detail}`)

it.each([{ hook: 'done' }, { hook: 'done', header: 'X-Notify', at: '/a~1b/c', within: '2h' }])(
  'takes %j',
  (callback) => {
    expect(told(callback)).toEqual([])
  },
)

it.each([
  [5, "callback: write { hook: '…' }"],
  [{}, 'callback.hook: it is missing'],
  [
    { hook: 'done', heeder: 'x' },
    "callback.heeder: there is no such option; did you mean 'header'?",
  ],
  [{ hook: 'done', header: 'Authorization' }, 'callback.header: this is no name'],
  [{ hook: 'done', header: 'a b' }, 'callback.header: this is no name'],
  [{ hook: 'done', at: 'url' }, 'callback.at: it is no JSON Pointer'],
  [{ hook: 'done', at: '' }, 'callback.at: it is no JSON Pointer'],
  [{ hook: 'done', at: '/__proto__/url' }, 'callback.at: it is no JSON Pointer'],
  [{ hook: 'done', within: 5 }, 'callback.within: 5 is not a duration'],
])('says of %j what is wrong', (callback, issue) => {
  expect(told(callback).join('\n')).toContain(issue)
})

const hooks = { done: { options: { finish: {} } }, other: { options: { publish: {} } } }
const file = (hook: string) => ({
  services: { api: { options: { operations: { render: { callback: { hook } } } } } },
  hooks,
})

it('has to come in by a hook that ends jobs', () => {
  expect(checkCallbackHooks(file('done'))).toEqual([])
  const path = 'services.api.operations.render.callback.hook'
  expect(checkCallbackHooks(file('dome'))).toEqual([
    { path, detail: "there is no hook 'dome' in this file; did you mean 'done'?" },
  ])
  expect(checkCallbackHooks(file('other'))).toMatchObject([{ path }])
  expect(checkCallbackHooks({ services: file('done').services })).toMatchObject([{ path }])
})
