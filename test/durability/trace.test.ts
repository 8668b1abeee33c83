import { expect, test } from 'vitest'
import { checkTrace } from './trace.ts'

const job = { id: 'job_1', marker: 'marker-1' }

const written =
  '7 1.1 pwrite64(29</data/buzzer.db-wal>, "\\n\\0job_1\\0marker-1", 4096, 8272) = 4096'
const synced = '7 1.2 fsync(29</data/buzzer.db-wal>) = 0'
const answered =
  '5 1.3 write(33<TCP:[127.0.0.1:1->127.0.0.1:2]>, "HTTP/1.1 202 A\\r\\n job_1", 9) = 9'

const check = (...lines: readonly string[]) => checkTrace(lines.join('\n'), '/data', [job])

test('written, synced, answered: as it has to be', () => {
  expect(check(written, synced, answered)).toEqual([])
})

test('a call that another thread interrupts is one call', () => {
  const lines = [
    '7 1.1 pwrite64(29</data/buzzer.db-wal>, "job_1 marker-1", 14, 0 <unfinished ...>',
    '5 1.1 write(40<TCP:[a->b]>, "HTTP/1.1 200 OK", 15) = 15',
    '7 1.1 <... pwrite64 resumed>) = 14',
    '7 1.2 fdatasync(29</data/buzzer.db-wal> <unfinished ...>',
    '7 1.2 <... fdatasync resumed>) = 0',
    '5 1.3 writev(33<TCP:[a->b]>, [{iov_base="HTTP/1.1 202 Accepted", iov_len=9}, ' +
      '{iov_base="job_1", iov_len=5}], 2 <unfinished ...>',
    '5 1.3 <... writev resumed>) = 14',
  ]
  expect(check(...lines)).toEqual([])
})

const begun = '7 1.2 fsync(29</data/buzzer.db-wal> <unfinished ...>'
const over = '7 1.4 <... fsync resumed>) = 0'

test.each([
  ['without a sync', [written, answered]],
  ['with a sync after it', [written, answered, synced]],
  ['with a sync before the write', [synced, written, answered]],
  ['while the sync goes on', [written, begun, answered, over]],
  ['with a sync that began before the write was over', [begun, written, over, answered]],
  [
    'after a sync that failed',
    [written, `${synced.slice(0, -1)}-1 EIO (Input/output error)`, answered],
  ],
  ['after a sync of another file', [written, synced.replaceAll('-wal', '-shm'), answered]],
])('an answer %s is found out', (_, lines) => {
  expect(check(...lines)).toEqual([
    expect.stringContaining('job_1 was not synced before its 202'),
    expect.stringContaining('marker-1 was not synced before its 202'),
  ])
})

test('an answer for bytes that were never written is found out', () => {
  expect(check(written.replace('marker-1', 'marker-2'), synced, answered)).toEqual([
    'marker-1 was not written to a file before its 202',
  ])
  expect(check(written.replaceAll('/data/', '/elsewhere/'), synced, answered)).toHaveLength(2)
})

test('a job whose answer does not appear proves nothing', () => {
  expect(check(written, synced)).toEqual(['job_1: no 202 was written to a socket'])
})
