/** Webhooks: where they deliver, what is to be fanned out, and what is on its way. See ADR 8. */
export const deliveries = `
-- What an owner decides. disabled: when and why, where that was not the owner's own wish.
CREATE TABLE endpoints (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  settings TEXT NOT NULL,
  secrets TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  disabled TEXT,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Apart from them because it changes with each attempt, and settings can be large.
CREATE TABLE endpoint_health (
  id TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  last_success_at INTEGER
) STRICT, WITHOUT ROWID;

-- Endpoints that are disabled or gone and may have deliveries which are still to be failed.
CREATE TABLE endpoint_drops (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Where the one cursor stands, and how often the endpoints were changed.
CREATE TABLE fan_out_state (
  id INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  log INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  changes INTEGER NOT NULL
) STRICT;
INSERT INTO fan_out_state (id, revision, log, offset, changes) VALUES (1, 0, 0, 0, 0);

-- Offsets of channels that somebody subscribes to, until the cursor has passed them. No number is
-- given out twice, so that a step that comes again is told apart.
CREATE TABLE fan_out (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  channel INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
-- What of a channel has not been passed, so that it is not trimmed.
CREATE INDEX fan_out_channel ON fan_out (channel, first);

-- Of a job or a batch. events: 1 its outcome, 2 every change of state, 3 progress and output too.
CREATE TABLE callbacks (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  url TEXT NOT NULL,
  events INTEGER NOT NULL,
  secret TEXT
) STRICT, WITHOUT ROWID;

-- The events of its callback, or NULL; so that a job without one costs no look.
ALTER TABLE jobs ADD COLUMN callback INTEGER;

-- What jobs with a callback were and became, as rows of jobs; or, with a piece, what they put
-- out. before: NULL where the job was accepted.
CREATE TABLE job_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  job TEXT NOT NULL,
  at INTEGER NOT NULL,
  before TEXT,
  after TEXT NOT NULL,
  piece TEXT
) STRICT;
CREATE INDEX job_changes_job ON job_changes (job);

-- What is delivered, once for all of its deliveries. body: NULL where it was erased.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  channel TEXT NOT NULL,
  offset INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  job TEXT,
  body TEXT
) STRICT;
CREATE INDEX messages_job ON messages (job) WHERE job IS NOT NULL;

-- state: 1 scheduled, 2 sending, 3 delivered, 4 failed. target: an endpoint, or the job or batch of
-- a callback; its prefix says which. due_at: when it can be claimed, which is the end of the lease
-- of one that is being sent. rank: its place in its lane; due_at unless the lane is ordered.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  lane TEXT NOT NULL,
  message INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  step INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  rank INTEGER,
  due_at INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  reason TEXT
) STRICT, WITHOUT ROWID;
-- By lane first, so that what waits in one costs the others nothing; without those that have ended.
CREATE INDEX deliveries_open ON deliveries (lane, rank, id, state) WHERE state < 3;
CREATE INDEX deliveries_target ON deliveries (target, id);
CREATE INDEX deliveries_message ON deliveries (message);

CREATE TABLE delivery_attempts (
  delivery TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  answer TEXT,
  PRIMARY KEY (delivery, attempt)
) STRICT, WITHOUT ROWID;
`
