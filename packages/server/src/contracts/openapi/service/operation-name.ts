/** Gives every operation a name of its own, the same one for the same document. */
export interface Names {
  /** @param wanted the operationId; where there is none, a name is made of method and path */
  take(wanted: string | null, method: string, path: string): string
}

const longest = 100

export function createNames(): Names {
  const taken = new Set<string>()
  return {
    take(wanted, method, path) {
      const name =
        sanitise(wanted ?? '') || sanitise(`${method.toLowerCase()}-${path}`) || 'operation'
      const free = taken.has(name) ? withNumber(name, taken) : name
      taken.add(free)
      return free
    },
  }
}

function withNumber(name: string, taken: ReadonlySet<string>): string {
  let number = 2
  while (taken.has(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}

/** Keeps what can stand in a path, a channel's name and an MQTT topic. */
const sanitise = (text: string): string =>
  text
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, longest)
    .replaceAll(/[-.]+$/g, '')
