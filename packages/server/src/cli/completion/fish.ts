import { flatten, type Described, type DescribedOption } from './describe.ts'

/** For fish 3 and later. */
export function fishScript(program: Described): string {
  return [
    '# fish completion for buzzer: buzzer completion fish > ~/.config/fish/completions/buzzer.fish',
    'complete -c buzzer -f',
    ...flatten(program).flatMap((command) => [
      ...command.commands.map((inner) => subcommand(command, inner)),
      ...command.options.map((option) => optionLine(command, option)),
      ...(command.choices.length > 0
        ? [
            `complete -c buzzer -n ${quote(condition(command))} -a ${quote(command.choices.join(' '))}`,
          ]
        : []),
      ...(command.takesFiles ? [`complete -c buzzer -n ${quote(condition(command))} -F`] : []),
    ]),
    '',
  ].join('\n')
}

const subcommand = (parent: Described, { words, summary }: Described): string =>
  `complete -c buzzer -n ${quote(condition(parent))} -a ${words.at(-1)} -d ${quote(summary)}`

function optionLine(
  command: Described,
  { flag, summary, value, choices }: DescribedOption,
): string {
  const given = {
    none: '',
    file: ' -r -F',
    text: choices.length === 0 ? ' -x' : ` -x -a ${quote(choices.join(' '))}`,
  }[value]
  const name = flag.replace(/^--/, '')
  return `complete -c buzzer -n ${quote(condition(command))} -l ${name}${given} -d ${quote(summary)}`
}

/** The words of the command are there, and none of those below it. */
function condition({ words, commands }: Described): string {
  const names = commands.map(({ words: inner }) => inner.at(-1))
  const isBelow = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`]
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
  return [...seen, ...isBelow].join('; and ') || 'true'
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
