/** How an address of another protocol is called here, and what had to be changed about it. */
export interface ChannelName {
  /** Segments divided by dots, each of them text or one parameter. */
  readonly name: string
  readonly notes: readonly string[]
}

/**
 * Translates an address: a topic of Kafka or MQTT, a routing key of AMQP or a path. Dots and
 * slashes divide here as they do there; what cannot stand in a name is replaced.
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
  const segments = partsOf(bare).flatMap((part) => readPart(part, taken, notes))
  return { name: segments.join('.'), notes: [...notes] }
}

/** Parameters and what stands between them, each of which is a segment at least. */
const partsOf = (address: string): readonly string[] =>
  address.split(/(\{[^{}]*\})/).flatMap((part, index) => (index % 2 === 1 ? [part] : split(part)))

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
  const plain = part.replaceAll(/[^\w~-]+/g, '-')
  if (plain !== part) notes.add(`${JSON.stringify(part)} has characters that no name has here`)
  const text = plain.replaceAll(/^-+|-+$/g, '')
  return text === '' ? [] : [text.replaceAll('__proto__', 'proto')]
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
