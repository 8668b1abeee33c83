const price = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})
const percent = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})

export const formatPrice = (value: number): string => price.format(value)

/** With a sign for those who do not tell the colours apart. */
export const formatChange = (rise: number): string =>
  `${rise < 0 ? '▼' : '▲'} ${percent.format(Math.abs(rise))}`
