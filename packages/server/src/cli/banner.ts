import { stripVTControlCharacters } from 'node:util'
import type { Config } from '../config/config.ts'
import { showSpan } from './show-time.ts'
import { layOut } from './table.ts'
import { paint, type Output } from './terminal.ts'

export interface Facts {
  readonly config: Config
  readonly url: string
  readonly version: string
  readonly readyMs: number
}

/** What a person sees once the server runs. */
export function renderBanner(stream: Output, facts: Facts): readonly string[] {
  const { config, url, version, readyMs } = facts
  const dim = (text: string): string => paint(stream, 'dim', text)
  const places = [
    ['API', url],
    ...Object.entries(config.services).map(([name, { options }]) => [
      name,
      `${url}${options.mount ?? `/api/${name}`}`,
    ]),
    ['Docs', `${url}/docs`],
    ['OpenAPI', `${url}/openapi.json`],
    ['AsyncAPI', `${url}/asyncapi.json`],
    ['Metrics', `${url}/metrics`],
    ['Health', `${url}/healthz`],
    ['Data', config.store.folder],
    ['Config', config.file ?? 'none'],
  ]
  return [
    '',
    `  ${paint(stream, ['bold', 'yellow'], 'Buzzer')} ${version}  ${dim(`ready in ${showSpan(readyMs)}`)}`,
    '',
    ...layOut(places.map(([name = '', place = '']) => [`  ${dim(name)}`, place])),
    '',
    ...box(stream, [
      "No authentication (auth: 'none'): everybody on this machine may call.",
      'It listens on this machine only. Not for production.',
    ]),
    ...hints(config),
    '',
  ]
}

function hints({ operations, services, channels }: Config): readonly string[] {
  if ([operations, services, channels].some((some) => Object.keys(some).length > 0)) return []
  return ['', '  Nothing can be called yet: write a buzzer.config.ts, or try buzzer import.']
}

function box(stream: Output, lines: readonly string[]): readonly string[] {
  const width = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
  const edge = (text: string): string => paint(stream, 'yellow', text)
  return [
    `  ${edge(`┌${'─'.repeat(width + 2)}┐`)}`,
    ...lines.map((line) => `  ${edge('│')} ${line.padEnd(width)} ${edge('│')}`),
    `  ${edge(`└${'─'.repeat(width + 2)}┘`)}`,
  ]
}
