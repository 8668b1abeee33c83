/** How an address of another protocol is called here, and what had to be changed about it. */
export interface ChannelName {
  /** Segments divided by dots, each of them text or one parameter. */
  readonly name: string
  readonly notes: readonly string[]
}

/**
 * Translates an address: a topic of Kafka or MQTT, a routing key of AMQP or a path. Dots and
 * slashes divide here as they do there; what cannot stand in a name is replaced, with a note.
 */
export function channelNameOf(address: string): ChannelName {
  const notes = new Set<string>()
  const [path = ''] = address.split(/[?#](?=\w+=)|\?/)
  if (path !== address) notes.add('its query is no part of the name')
  const bare = path.replace(/^\w[\w+.-]*:\/\/[^/]*/, (origin) => {
    notes.add(`${origin} is no part of the name`)
    return ''
  })
  const taken = new Set<string>()
  const segments = partsOf(bare, notes).flatMap((part) => readPart(part, taken, notes))
  return { name: segments.join('.'), notes: [...notes] }
}

/** Parameters and what stands between them, each of which is a segment at least. */
function partsOf(address: string, notes: Set<string>): readonly string[] {
  if (/[^./]\{[^{}]*\}|\{[^{}]*\}[^./]/.test(address))
    notes.add('a parameter is a segment by itself here, so that more dots divide its name')
  return address
    .split(/(\{[^{}]*\})/)
    .flatMap((part, index) => (index % 2 === 1 ? [part] : split(part)))
}

const split = (text: string): readonly string[] => text.split(/[./]/)

function readPart(part: string, taken: Set<string>, notes: Set<string>): readonly string[] {
  if (part === '') return []
  if (part.startsWith('{') && part.endsWith('}'))
    return [parameter(part.slice(1, -1), taken, notes)]
  if (part === '+' || part === '*') {
    notes.add(`the wildcard ${part} is a parameter here`)
    return [parameter('any', taken)]
  }
  if (part === '#' || part === '**') {
    notes.add(`the wildcard ${part} is a parameter here, which stands for one segment`)
    return [parameter('rest', taken)]
  }
  // An accent is lost rather than its letter.
  const plain = part
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^\w~-]+/g, '-')
  const text = plain.replaceAll(/^-+|-+$/g, '').replaceAll('__proto__', 'proto')
  if (text !== part)
    notes.add(
      text === ''
        ? `${JSON.stringify(part)} is no part of the name`
        : `${JSON.stringify(part)} is ${text} here`,
    )
  return text === '' ? [] : [text]
}

/** Names are letters, digits and `_`, each of them once. */
function parameter(given: string, taken: Set<string>, notes?: Set<string>): string {
  const plain = given.replaceAll(/\W+/g, '_').replaceAll('__proto__', 'proto') || 'parameter'
  let name = plain
  for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`
  taken.add(name)
  if (name !== given) notes?.add(`the parameter {${given}} is {${name}} here`)
  return `{${name}}`
}
