import { styleText } from 'node:util'

export interface Running {
  readonly url: string
  readonly legacyUrl: string
  readonly dataFolder: string
  readonly readyMs: number
}

const bold = (text: string): string => styleText('bold', text, { stream: process.stdout })
const dim = (text: string): string => styleText('dim', text, { stream: process.stdout })

/** What a person sees once everything runs: where it is, and what to paste to try it. */
export function renderBanner({ url, legacyUrl, dataFolder, readyMs }: Running): string {
  const places = [
    ['API', url],
    ['Wrapped API', `${url}/api/legacy`],
    ['Legacy API', `${legacyUrl}  ${dim('1 to 5 s an answer')}`],
    ['Docs', `${url}/docs`],
    ['OpenAPI', `${url}/openapi.json`],
    ['Metrics', `${url}/metrics`],
    ['Data', dataFolder],
  ] as const
  return [
    '',
    `  ${bold('Buzzer')}  ready in ${readyMs} ms`,
    '',
    ...places.map(([name, place]) => `  ${name.padEnd(12)}${place}`),
    '',
    `  ${dim('Without authentication, so on this machine only: not for production.')}`,
    '',
    ...calls(url).flatMap(({ title, command }) => [`  ${bold(title)}`, ...indent(command), '']),
    `  ${dim('Ctrl-C stops both.')}`,
    '',
    '',
  ].join('\n')
}

const indent = (command: string): readonly string[] =>
  command.split('\n').map((line) => `    ${line}`)

interface Sample {
  readonly title: string
  readonly command: string
}

/** Lines for a POSIX shell that do what their titles say when they are pasted. */
const calls = (url: string): readonly Sample[] => [
  {
    title: 'Submit a job: 202 at once, with the address of its status',
    command:
      `job=$(curl -s -o /dev/null -D - ${url}/v1/operations/render-report/jobs \\\n` +
      `  -H 'Content-Type: application/json' -d '{"month":"2027-05"}' |\n` +
      `  tr -d '\\r' | awk 'tolower($1) == "operation-location:" { print $2 }'); echo $job`,
  },
  { title: 'Follow it: progress and pages as they are made', command: 'curl -sN $job/events' },
  {
    title: 'Or wait for the result',
    command: `curl -s -H 'Prefer: wait=30' $job/result; echo`,
  },
  {
    title: 'Call the legacy API through Buzzer: its answer within a second, else 202',
    command: `curl -si '${url}/api/legacy/quotes?tourId=NO-FJORD&travellers=6'; echo`,
  },
]
