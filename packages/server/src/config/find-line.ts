/**
 * Finds the line on which a value of a configuration file stands.
 *
 * @param text the file
 * @param path its keys with dots between them, such as `limits.body`
 * @returns null where that cannot be told without running the file, as with a name that is there
 *   twice
 */
export function findLine(text: string, path: string): number | null {
  // Comments stay as long as they are, so that lines keep their numbers.
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  )
  let from = 0
  for (const key of path.split('.')) {
    const places = [...code.slice(from).matchAll(keyPattern(key))]
    const [place] = places
    if (place === undefined || places.length > 1) return null
    from += place.index + place[0].length
  }
  return code.slice(0, from).split('\n').length
}

/** As `key: value`, or `key,` and `key }` where the value is a variable of that name. */
const keyPattern = (key: string): RegExp =>
  new RegExp(`(?<=[{,]\\s*)(?:'${key}'|"${key}"|\\b${key}\\b)(?=\\s*[:,}])`, 'g')
