/** The element that a page is known to have. */
export function find(selector: string): HTMLElement
export function find<Found extends Element>(selector: string, kind: new () => Found): Found
export function find(selector: string, kind: new () => Element = HTMLElement): Element {
  const found = document.querySelector(selector)
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}`)
  return found
}
