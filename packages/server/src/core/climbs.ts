/**
 * Whether a path climbs (`..`, also escaped, also behind an escaped slash): an upstream could
 * take it for another operation than the one that was allowed, or leave the service's base path.
 *
 * @param target path and query, as received
 */
export const climbs = (target: string): boolean =>
  (target.split(/[?#]/, 1)[0] ?? '')
    .split(/\/|\\|%2f|%5c/i)
    .some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
