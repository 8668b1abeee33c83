const pageBytes = 4_096

/**
 * Gives bytes from a page that is filled as a whole: to ask a machine for its chance costs as much
 * for a page as for ten bytes.
 *
 * @param fill fills all of it with unpredictable bytes
 */
export function createPagedBytes(fill: (page: Uint8Array) => void): (count: number) => Uint8Array {
  const page = new Uint8Array(pageBytes)
  let used = pageBytes
  return (count) => {
    if (count > pageBytes) {
      const own = new Uint8Array(count)
      fill(own)
      return own
    }
    if (used + count > pageBytes) {
      fill(page)
      used = 0
    }
    used += count
    // A copy, so that nobody holds what is filled anew.
    return page.slice(used - count, used)
  }
}
