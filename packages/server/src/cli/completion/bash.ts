import { flatten, type Described } from './describe.ts'

/** For bash 3.2 and later. */
export function bashScript(program: Described): string {
  const all = flatten(program)
  const paths = all.filter(({ words }) => words.length > 0).map(pathOf)
  const values = all.flatMap((command) =>
    command.options
      .filter(({ value }) => value !== 'none')
      .map(({ flag, value, choices }) => {
        const answer = value === 'file' ? 'compgen -f' : `compgen -W '${choices.join(' ')}'`
        return `    '${pathOf(command)} ${flag}') COMPREPLY=($(${answer} -- "$cur")); return ;;`
      }),
  )
  const words = all.map((command) => {
    const known = [
      ...command.commands.map(({ words: names }) => names.at(-1)),
      ...command.choices,
      ...command.options.map(({ flag }) => flag),
    ]
    const files = command.takesFiles ? ' $(compgen -f -- "$cur")' : ''
    return `    '${pathOf(command)}') COMPREPLY=($(compgen -W '${known.join(' ')}' -- "$cur")${files}) ;;`
  })
  return `# bash completion for buzzer; add to ~/.bashrc: eval "$(buzzer completion bash)"
_buzzer() {
  local cur prev at word index
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  at=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$at/$word" in
    ${paths.join(' | ')}) at="$at/$word" ;;
    esac
  done
  case "$at $prev" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
}
complete -F _buzzer buzzer
`
}

const pathOf = ({ words }: Described): string => words.map((word) => `/${word}`).join('')
