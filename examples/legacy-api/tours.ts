import { fault, json, type Answer, type Call } from './answer.ts'

export interface Tour {
  readonly id: string
  readonly title: string
  readonly country: string
  readonly nights: number
  readonly pricePerPerson: number
}

const tours: readonly Tour[] = [
  createTour('NO-FJORD', 'Fjords by ferry', 'NO', 7, 1290),
  createTour('NO-LOFOTEN', 'Lofoten in winter', 'NO', 5, 1480),
  createTour('PT-DOURO', 'Down the Douro', 'PT', 6, 940),
  createTour('PT-AZORES', 'Nine islands', 'PT', 9, 1720),
  createTour('IT-PUGLIA', 'Puglia on a bicycle', 'IT', 8, 1150),
  createTour('GE-SVANETI', 'Towers of Svaneti', 'GE', 10, 1380),
  createTour('JP-KUMANO', 'The Kumano way', 'JP', 11, 2650),
]

function createTour(
  id: string,
  title: string,
  country: string,
  nights: number,
  price: number,
): Tour {
  return { id, title, country, nights, pricePerPerson: price }
}

export const findTour = (id: string): Tour | undefined => tours.find((tour) => tour.id === id)

export function listTours({ query }: Call): Answer {
  const country = query.get('country')
  const maxPrice = query.get('maxPrice')
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return fault(400, 'BAD_QUERY', 'limit is a whole number from 1 to 100')
  }
  const found = tours
    .filter((tour) => country === null || tour.country === country)
    .filter((tour) => maxPrice === null || tour.pricePerPerson <= Number(maxPrice))
  return json(200, { total: found.length, tours: found.slice(0, limit) })
}

export function readTour({ params }: Call): Answer {
  const tour = findTour(params.tourId ?? '')
  return tour === undefined ? noSuchTour : json(200, tour)
}

export const noSuchTour = fault(404, 'NO_SUCH_TOUR', 'There is no tour with this id')

/** A price for a party, good for a day. */
export function quote({ query }: Call): Answer {
  const tour = findTour(query.get('tourId') ?? '')
  const travellers = Number(query.get('travellers') ?? 2)
  if (tour === undefined) return noSuchTour
  if (!Number.isInteger(travellers) || travellers < 1 || travellers > 12) {
    return fault(400, 'BAD_QUERY', 'travellers is a whole number from 1 to 12')
  }
  const discount = travellers >= 6 ? 0.1 : 0
  const total = Math.round(tour.pricePerPerson * travellers * (1 - discount))
  return json(200, { tourId: tour.id, travellers, discount, total, currency: 'EUR' })
}

/**
 * Places left, from a reservation host that takes two calls and turns the third away, as such
 * hosts do.
 */
export function createAvailability(): (call: Call) => Answer {
  let calls = 0
  return ({ params }) => {
    const tour = findTour(params.tourId ?? '')
    if (tour === undefined) return noSuchTour
    calls += 1
    if (calls % 3 === 0) {
      return fault(503, 'HOST_BUSY', 'The reservation host is busy', {}, { 'Retry-After': '1' })
    }
    return json(200, { tourId: tour.id, placesLeft: (tour.nights * 7) % 16 })
  }
}
