/** What `buzzer init` can make. */
export interface Template {
  readonly name: string
  /** One line, for the choice. */
  readonly summary: string
  /** Its own files, besides those that all have; by their paths, with slashes. */
  readonly files: Readonly<Record<string, string>>
  /** Scripts of its package.json, besides those that all have. */
  readonly scripts: Readonly<Record<string, string>>
  /** Variables that its configuration reads, each with an example. */
  readonly variables: readonly (readonly [name: string, example: string, meaning: string])[]
  /** How to try it once it runs: a command, and what it does. */
  readonly tryIt: readonly (readonly [command: string, meaning: string])[]
}

/** Text as it stands in a source file: without the indentation that it has here. */
export function lines(strings: TemplateStringsArray): string {
  const [text = ''] = strings.raw
  const body = text.replace(/^\n/, '').replace(/\n *$/, '\n')
  const indents = body.split('\n').filter((line) => line.trim() !== '')
  const depth = Math.min(...indents.map((line) => line.length - line.trimStart().length))
  // A dollar and a backquote cannot stand in a template of ours as they are.
  const plain = body.replaceAll(/\\([$`])/g, '$1')
  return plain
    .split('\n')
    .map((line) => line.slice(depth))
    .join('\n')
}
