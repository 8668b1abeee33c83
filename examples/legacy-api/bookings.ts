import { createHash } from 'node:crypto'
import { binary, fault, json, noContent, type Answer, type Call } from './answer.ts'
import { renderPdf } from './pdf.ts'
import { findTour } from './tours.ts'

export interface Booking {
  readonly id: string
  readonly tourId: string
  readonly travellers: readonly string[]
  readonly departure: string
  readonly total: number
  readonly status: 'confirmed' | 'cancelled'
}

interface StoredDocument {
  readonly mediaType: string
  readonly body: Buffer
}

interface KeyUse {
  readonly hash: string
  readonly answer: Answer
}

export type Bookings = ReturnType<typeof createBookings>

/** Bookings in memory: they are gone when the program ends. */
export function createBookings() {
  const bookings = new Map<string, Booking>()
  const documents = new Map<string, StoredDocument>()
  const keys = new Map<string, KeyUse>()

  function book({ body }: Call): Answer {
    const order = readOrder(body)
    if ('status' in order) return order
    const id = `B${String(bookings.size + 1).padStart(6, '0')}`
    const price = findTour(order.tourId)?.pricePerPerson ?? 0
    const total = price * order.travellers.length
    const booking: Booking = { id, ...order, total, status: 'confirmed' }
    bookings.set(id, booking)
    return json(201, booking, { Location: `/bookings/${id}` })
  }

  /** The same key with the same body books once; with another body it is refused. */
  function create(call: Call): Answer {
    const key = call.headers['idempotency-key']
    if (key === undefined) return book(call)
    const hash = createHash('sha256').update(call.body).digest('hex')
    const used = keys.get(key)
    if (used !== undefined) {
      return used.hash === hash
        ? used.answer
        : fault(422, 'KEY_REUSED', 'This Idempotency-Key came with another booking')
    }
    const answer = book(call)
    if (answer.status === 201) keys.set(key, { hash, answer })
    return answer
  }

  function list({ query }: Call): Answer {
    const status = query.get('status')
    const found = [...bookings.values()].filter(
      (booking) => status === null || booking.status === status,
    )
    return json(200, { total: found.length, bookings: found })
  }

  function withBooking(answer: (booking: Booking, call: Call) => Answer): (call: Call) => Answer {
    return (call) => {
      const booking = bookings.get(call.params.bookingId ?? '')
      if (booking !== undefined) return answer(booking, call)
      return fault(404, 'NO_SUCH_BOOKING', 'There is no booking with this id')
    }
  }

  const cancel = withBooking((booking) => {
    if (booking.status === 'cancelled') {
      return fault(409, 'ALREADY_CANCELLED', 'This booking is cancelled already')
    }
    bookings.set(booking.id, { ...booking, status: 'cancelled' })
    return noContent
  })

  const putDocument = withBooking((booking, { params, headers, body }) => {
    const name = params.name ?? ''
    const mediaType = headers['content-type'] ?? 'application/octet-stream'
    documents.set(`${booking.id}/${name}`, { mediaType, body })
    const sha256 = createHash('sha256').update(body).digest('hex')
    return json(201, { bookingId: booking.id, name, bytes: body.length, sha256 })
  })

  const getDocument = withBooking((booking, { params }) => {
    const name = params.name ?? ''
    const document = documents.get(`${booking.id}/${name}`)
    if (document === undefined) {
      return fault(404, 'NO_SUCH_DOCUMENT', 'This booking has no document of this name')
    }
    return binary(document.mediaType, document.body, name)
  })

  const read = withBooking((booking) => json(200, booking))
  const voucher = withBooking((booking) =>
    binary('application/pdf', renderPdf(voucherLines(booking)), `voucher-${booking.id}.pdf`),
  )
  const all = (): readonly Booking[] => [...bookings.values()]
  return { create, list, read, cancel, voucher, putDocument, getDocument, all }
}

type Order = Pick<Booking, 'tourId' | 'travellers' | 'departure'>

function readOrder(body: Buffer): Order | Answer {
  const given = parseObject(body)
  if (given === null) return fault(400, 'BAD_JSON', 'The body is a JSON object')
  const { tourId, travellers, departure } = given
  const fields: Record<string, string> = {}
  if (typeof tourId !== 'string' || findTour(tourId) === undefined) {
    fields.tourId = 'names no tour'
  }
  if (!areNames(travellers)) fields.travellers = 'holds 1 to 12 names'
  if (typeof departure !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(departure)) {
    fields.departure = 'is a date such as 2027-05-01'
  }
  if (Object.keys(fields).length > 0) {
    return fault(422, 'BAD_BOOKING', 'The booking cannot be made as it is', fields)
  }
  return { tourId, travellers, departure } as Order
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

const areNames = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= 12 &&
  value.every((name) => typeof name === 'string' && name !== '')

const voucherLines = (booking: Booking): readonly string[] => [
  `Voucher ${booking.id} (${booking.status})`,
  findTour(booking.tourId)?.title ?? booking.tourId,
  `Departure ${booking.departure}`,
  ...booking.travellers.map((name) => `Traveller: ${name}`),
  `Total ${booking.total} EUR`,
]
