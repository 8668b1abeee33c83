/** Gives parts of the document names that may stand in references, each of them once. */
export interface Names {
  /**
   * @param kind begins the name, so that those of different kinds are never the same
   * @param text such as a channel's name; the same texts in the same order get the same names
   */
  of(kind: string, text: string): string
}

export function createNames(): Names {
  const taken = new Set<string>()
  return {
    of(kind, text) {
      const wanted = `${kind}.${plain(text)}`
      let name = wanted
      for (let count = 2; taken.has(name); count += 1) name = `${wanted}-${count}`
      taken.add(name)
      return name
    },
  }
}

const plain = (text: string): string =>
  text.replaceAll(/[{}]/g, '').replaceAll(/[^\w.-]+/g, '-') || '-'
