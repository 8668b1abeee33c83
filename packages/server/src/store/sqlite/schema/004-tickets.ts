/** Tickets that were used, and when for the last time, to the hour. */
export const tickets = `
CREATE TABLE tickets (
  id TEXT PRIMARY KEY,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_aging ON tickets (used_at);
`
