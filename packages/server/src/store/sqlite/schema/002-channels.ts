/**
 * Events that are published to channels. Their channels age by bounds of their own, and are too
 * many to be walked along at each step of the retention.
 *
 * id_hash: of source and id, where the publisher gave them; it is looked at only for such events.
 * trimmed_to: the last offset that is gone.
 */
export const channels = `
ALTER TABLE channels ADD COLUMN published INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN keep_ms INTEGER;
ALTER TABLE channels ADD COLUMN written_at INTEGER;
ALTER TABLE channels ADD COLUMN trimmed_to INTEGER NOT NULL DEFAULT 0;
DROP INDEX channels_aging;
CREATE INDEX channels_aging ON channels (id) WHERE batch IS NULL AND published = 0;
CREATE INDEX channels_published ON channels (id) WHERE published = 1;

CREATE TABLE published (
  channel INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  at INTEGER NOT NULL,
  id_hash INTEGER,
  event TEXT NOT NULL,
  PRIMARY KEY (channel, offset)
) STRICT, WITHOUT ROWID;
CREATE INDEX published_ids ON published (channel, id_hash) WHERE id_hash IS NOT NULL;
`
