import { flatten, type Described, type DescribedOption } from './describe.ts'

/** For zsh with its completion system (compinit). */
export function zshScript(program: Described): string {
  const all = flatten(program)
  const paths = all.filter(({ words }) => words.length > 0).map(pathOf)
  const values = all.flatMap((command) =>
    command.options
      .filter(({ value }) => value !== 'none')
      .map((option) => `    ('${pathOf(command)} ${option.flag}') ${answerOf(option)}; return ;;`),
  )
  const words = all.map((command) => {
    const commands = command.commands.map(({ words: names, summary }) =>
      entry(names.at(-1) ?? '', summary),
    )
    const given = command.choices.map((choice) => entry(choice, command.summary))
    const options = command.options.map(({ flag, summary }) => entry(flag, summary))
    return `    ('${pathOf(command)}') commands=(${[...commands, ...given].join(' ')}); options=(${options.join(' ')}); files=${command.takesFiles ? 1 : 0} ;;`
  })
  return `#compdef buzzer
# zsh completion for buzzer; add to ~/.zshrc: source <(buzzer completion zsh)
_buzzer() {
  local at='' word files=0
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
    (${paths.join('|')}) at="$at/$word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o 'option' options
  elif (( $#commands )); then
    _describe 'command' commands
  elif (( files )); then
    _files
  fi
}
compdef _buzzer buzzer
`
}

const answerOf = ({ value, choices }: DescribedOption): string => {
  if (value === 'file') return '_files'
  return choices.length === 0 ? "_message 'value'" : `compadd -- ${choices.join(' ')}`
}

const pathOf = ({ words }: Described): string => words.map((word) => `/${word}`).join('')

/** A colon divides the word from its meaning. */
const entry = (word: string, summary: string): string =>
  `'${word.replaceAll(':', '\\:')}:${summary.replaceAll("'", String.raw`'\''`)}'`
