import type { Declaration, Member } from './declarations.ts'
import { code, fenced, table } from './markdown.ts'

/** An interface whose members are values: a table. */
export function optionsSection(title: string, { comment, bases, members }: Declaration): string {
  const rows = members.map(({ name, type, isOptional, comment: meaning }) => [
    code(`${name}${isOptional ? '?' : ''}`),
    code(oneLine(type).replace(/ \| undefined$/, '')),
    meaning,
  ])
  const inherited = bases.length === 0 ? '' : `With all of ${bases.map(code).join(' and ')}.`
  return [`## ${title}`, comment, inherited, table(['name', 'type', 'meaning'], rows)]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** An interface whose members are called: a heading for each. */
export function methodsSection({ name, comment, members }: Declaration): string {
  return [`## ${name}`, comment, ...members.map(memberSection)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function memberSection({ name, type, comment, isOptional }: Member): string {
  const isMethod = type.startsWith(name)
  const signature = isMethod ? dedent(type) : `${name}${isOptional ? '?' : ''}: ${oneLine(type)}`
  const heading = name.startsWith('[') ? 'Iteration' : name
  return [`### ${heading}`, comment, fenced('typescript', signature)]
    .filter((part) => part !== '')
    .join('\n\n')
}

const oneLine = (type: string): string =>
  type
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^\| /, '')

const dedent = (text: string): string => text.replaceAll(/\n {2}/g, '\n')
