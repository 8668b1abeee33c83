import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

/** A member of an interface, as its source says it. */
export interface Member {
  readonly name: string
  readonly isOptional: boolean
  /** The type, or the whole signature of a method. */
  readonly type: string
  /** Its doc comment in one paragraph; empty where it has none. */
  readonly comment: string
}

export interface Declaration {
  readonly name: string
  readonly comment: string
  /** The interfaces that it has the members of as well. */
  readonly bases: readonly string[]
  readonly members: readonly Member[]
}

const root = join(import.meta.dirname, '../../packages')

/**
 * Reads the interfaces and classes that a file exports.
 *
 * @param path below `packages/`
 */
export function declarationsOf(path: string): readonly Declaration[] {
  const text = readFileSync(join(root, path), 'utf8')
  const { program, comments } = parseSync(path, text)
  const commentBefore = (offset: number): string => {
    const found = comments.findLast(
      ({ type, end }) => type === 'Block' && end <= offset && text.slice(end, offset).trim() === '',
    )
    return found?.value.startsWith('*') === true ? plainComment(found.value) : ''
  }
  const slice = ({ start, end }: Span): string => text.slice(start, end)
  return program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration') return []
    const { declaration } = node
    if (declaration?.type === 'TSInterfaceDeclaration') {
      const members = declaration.body.body.flatMap((member): readonly Member[] => {
        if (member.type === 'TSPropertySignature') {
          return [
            {
              name: nameOf(slice(member.key)),
              isOptional: member.optional,
              type:
                member.typeAnnotation === null ? '' : slice(member.typeAnnotation.typeAnnotation),
              comment: commentBefore(member.start),
            },
          ]
        }
        if (member.type !== 'TSMethodSignature') return []
        const type = slice(member)
        return [
          {
            name: slice(member.key),
            isOptional: false,
            type,
            comment: commentBefore(member.start),
          },
        ]
      })
      const bases = declaration.extends.map(({ expression }) => slice(expression))
      return [{ name: declaration.id.name, comment: commentBefore(node.start), bases, members }]
    }
    const isClass = declaration?.type === 'ClassDeclaration'
    return isClass && declaration.id !== null
      ? [{ name: declaration.id.name, comment: commentBefore(node.start), bases: [], members: [] }]
      : []
  })
}

interface Span {
  readonly start: number
  readonly end: number
}

const nameOf = (key: string): string => key.replaceAll(/^['"]|['"]$/g, '')

/** Reads a declaration by its name. @throws where there is none, so that a page is never empty */
export function declarationOf(path: string, name: string): Declaration {
  const found = declarationsOf(path).find((declaration) => declaration.name === name)
  if (found === undefined) throw new Error(`${path} exports no ${name}`)
  return found
}

/** The text of a doc comment in one paragraph, with its tags as sentences. */
function plainComment(value: string): string {
  const lines = value.split('\n').map((line) => line.replace(/^\s*\*+ ?/, '').trim())
  return (
    lines
      .join(' ')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`')
      .replaceAll(/ *@param (\S+) +/g, ' `$1`: ')
      .replaceAll(/ *@returns +/g, ' Returns: ')
      .replaceAll(/ *@throws +/g, ' Throws: ')
      .replaceAll(/\s+/g, ' ')
      // Tags are written without a full stop before the next.
      .replaceAll(/([^.:;,]) (?=(?:Returns|Throws|`\w+`): )/g, '$1. ')
      .trim()
  )
}
