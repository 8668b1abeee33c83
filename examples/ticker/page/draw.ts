export interface Area {
  readonly width: number
  readonly height: number
  /** What is left free at the top and the bottom. */
  readonly pad: number
}

/** Puts numbers onto an area: the first at its left, the last at its right, the lowest down. */
export interface Scale {
  readonly low: number
  readonly high: number
  x(index: number): number
  y(value: number): number
}

export function scaleOf(values: readonly number[], { width, height, pad }: Area): Scale {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const range = high - low || 1
  return {
    low,
    high,
    x: (index) => (values.length < 2 ? width : (index / (values.length - 1)) * width),
    y: (value) => pad + (1 - (value - low) / range) * (height - 2 * pad),
  }
}

/** The path of a line through all values. */
export function pathThrough(values: readonly number[], area: Area): string {
  const { x, y } = scaleOf(values, area)
  return values
    .map(
      (value, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .join('')
}

export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  text = '',
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.textContent = text
  return element
}

/** However often it is asked to, it draws once before the screen does. */
export function oncePerFrame(draw: () => void): () => void {
  let isAsked = false
  return () => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(() => {
      isAsked = false
      draw()
    })
  }
}
