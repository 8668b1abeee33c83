import { gzipSync } from 'node:zlib'
import {
  delivered,
  failed,
  flood,
  late,
  lines,
  onHead,
  type Misbehaviour,
  type Serve,
} from './receiver.ts'

const ok = 'HTTP/1.1 200 OK'
const gigabyte = 1_073_741_824
const piece = Buffer.alloc(65_536, 'x')
const manyLines = Buffer.from('x-more: and more\r\n'.repeat(1_000))
const chunk = Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')])

const floodAfter =
  (head: string, what: string | Buffer, times?: number): (() => Serve) =>
  () =>
    onHead((socket) => {
      socket.write(head)
      flood(socket, what, times)
    })

/** A hundred megabytes in a hundred kilobytes. */
const bomb = (): Buffer => gzipSync(Buffer.alloc(104_857_600))

/** Those that send too much. */
export const giants: readonly Misbehaviour[] = [
  {
    name: 'answers with a gigabyte',
    serve: floodAfter(lines(ok, `content-length: ${gigabyte}`), piece, gigabyte / piece.length),
    outcomes: [delivered()],
  },
  {
    name: 'answers with chunks without end',
    serve: floodAfter(lines(ok, 'transfer-encoding: chunked'), chunk),
    outcomes: [delivered()],
  },
  {
    name: 'answers without end or length',
    serve: floodAfter(lines(ok, 'connection: close'), piece),
    outcomes: [delivered()],
  },
  {
    name: 'fails with a gigabyte',
    serve: floodAfter(
      lines('HTTP/1.1 500 Oops', `content-length: ${gigabyte}`),
      piece,
      gigabyte / piece.length,
    ),
    outcomes: [failed(/answered 500/, { status: 500 })],
  },
  {
    name: 'answers with a bomb of gzip',
    serve: () => {
      const bytes = bomb()
      return onHead((socket) => {
        socket.write(lines(ok, 'content-encoding: gzip', `content-length: ${bytes.length}`))
        socket.write(bytes)
      })
    },
    outcomes: [delivered()],
  },
  {
    name: 'sends headers without end',
    serve: floodAfter(`${ok}\r\n`, manyLines),
    outcomes: [failed(/head of the answer is too large/)],
  },
  {
    name: 'sends one header without end',
    serve: floodAfter(`${ok}\r\nx: `, piece),
    outcomes: [failed(/head of the answer is too large/)],
  },
  {
    name: 'sends a reason without end',
    isReadOn: true,
    serve: floodAfter(`${ok} `, piece),
    outcomes: [late(/did not come in time/)],
  },
  {
    name: 'sends informational answers without end',
    serve: floodAfter('', lines('HTTP/1.1 103 Early Hints', 'link: </x>').repeat(1_000)),
    outcomes: [failed(/no end of informational/)],
  },
  {
    name: 'sends extensions of a chunk without end',
    serve: floodAfter(`${lines(ok, 'transfer-encoding: chunked')}1;x=`, piece),
    isReadOn: true,
    outcomes: [late(/did not end in time/)],
  },
  {
    name: 'sends trailers without end',
    serve: floodAfter(`${lines(ok, 'transfer-encoding: chunked')}2\r\nok\r\n0\r\n`, manyLines),
    outcomes: [failed(/not HTTP|too large|broke off/)],
  },
]
