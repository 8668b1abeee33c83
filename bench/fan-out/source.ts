/** Where events come from: a server with thousands of readers, and what makes it send. */
export interface Source extends AsyncDisposable {
  readonly port: number
  /** Sends so many events, numbered on from the last; resolves when it has taken them. */
  send(count: number): Promise<void>
}

/** The data of an event: when it was made, and a quote of about 100 bytes. */
export const quote = (at: number): object => ({
  at,
  symbol: 'ACME',
  price: 214.35,
  size: 1_200,
  venue: 'XETRA',
  currency: 'EUR',
})

export const now = (): number => Math.floor(performance.timeOrigin + performance.now())

/** An event as the peers send it, of the same size as Buzzer's. */
export const peerEvent = (sequence: number): string =>
  JSON.stringify({
    specversion: '1.0',
    id: `evt_01m8hscagxnq8zk7zsekj54q${String(sequence % 100).padStart(2, '0')}`,
    source: '/channels/quotes.ACME',
    type: 'quote',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: quote(now()),
    sequence: String(sequence).padStart(16, '0'),
  })
