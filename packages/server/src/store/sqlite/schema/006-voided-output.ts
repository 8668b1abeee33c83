/** See `voidedAt` of a job; NULL for the many of which no attempt was ever taken back. */
export const voidedOutput = `
ALTER TABLE jobs ADD COLUMN voided_at INTEGER;
`
