/**
 * The first schema. Every key that grows is time-ordered, so that inserts land on the last page of
 * each tree; the jobs table is narrow and its indexes are partial, so that a row that moves on
 * touches few pages. The stages are those of stage.ts.
 */
export const first = `
-- Which steps ran, and what each of them was.
CREATE TABLE schema_steps (
  version INTEGER PRIMARY KEY,
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  operation TEXT NOT NULL,
  stage INTEGER NOT NULL,
  rank INTEGER,
  due_at INTEGER,
  priority INTEGER NOT NULL,
  key TEXT,
  key_seq INTEGER,
  created_at INTEGER NOT NULL,
  deadline_at INTEGER,
  max_attempts INTEGER NOT NULL,
  version INTEGER NOT NULL,
  run INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  leases_lost INTEGER NOT NULL,
  started_at INTEGER,
  attempt_started_at INTEGER,
  node TEXT,
  lease_until INTEGER,
  attempt_until INTEGER,
  cancel_requested INTEGER,
  finished_at INTEGER,
  dead_letter INTEGER,
  error_group TEXT,
  progress TEXT,
  monitor TEXT,
  error TEXT,
  more TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_ready ON jobs (operation, tenant, rank, id) WHERE stage = 1;
CREATE INDEX jobs_due ON jobs (due_at) WHERE stage IN (2, 5, 6);
CREATE INDEX jobs_lease ON jobs (lease_until) WHERE stage = 4;
CREATE INDEX jobs_keyed ON jobs (operation, tenant, key, key_seq) WHERE key IS NOT NULL AND stage < 7;
CREATE INDEX jobs_deadline ON jobs (deadline_at) WHERE deadline_at IS NOT NULL AND stage < 7;
CREATE INDEX jobs_dead ON jobs (id) WHERE dead_letter = 1;
CREATE INDEX jobs_dead_group ON jobs (tenant, error_group, id, finished_at, operation)
  WHERE dead_letter = 1;

-- A body is its bytes, or the text that names a blob: its id, its size and its SHA-256.
CREATE TABLE inputs (
  job TEXT PRIMARY KEY,
  media_type TEXT,
  request TEXT,
  body ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
  job TEXT PRIMARY KEY,
  status INTEGER NOT NULL,
  media_type TEXT,
  headers TEXT,
  body ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- The blobs that inputs and results name, and those that nothing names any more.
CREATE TABLE blobs (
  id TEXT PRIMARY KEY,
  job TEXT NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_job ON blobs (job);

CREATE TABLE blob_trash (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_trash_at ON blob_trash (at);

-- total: the bytes of this job's pieces up to this one, so that a bound costs no sum.
CREATE TABLE pieces (
  job TEXT NOT NULL,
  version INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  json TEXT NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (job, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE failures (
  job TEXT NOT NULL,
  run INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (job, run, attempt)
) STRICT, WITHOUT ROWID;

-- batch: whose channel it is, where it goes with a batch rather than with age.
CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  last INTEGER NOT NULL,
  batch TEXT,
  UNIQUE (tenant, name)
) STRICT;
CREATE INDEX channels_aging ON channels (id) WHERE batch IS NULL;

CREATE TABLE events (
  channel INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  id TEXT NOT NULL,
  type INTEGER NOT NULL,
  time INTEGER NOT NULL,
  job TEXT NOT NULL,
  run INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  version INTEGER NOT NULL,
  dead_letter INTEGER NOT NULL,
  error TEXT,
  PRIMARY KEY (channel, offset)
) STRICT, WITHOUT ROWID;

-- Keys in the order in which they came; found through memory while they are young, later through
-- key_index, into which they are swept in slices of the hash (see idempotency.ts).
CREATE TABLE keys (
  entry INTEGER PRIMARY KEY,
  hash INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  job TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE key_index (
  hash INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (hash, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_slices (
  slice INTEGER PRIMARY KEY,
  swept_to INTEGER NOT NULL
) STRICT;

CREATE TABLE seed (
  id INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  second INTEGER NOT NULL
) STRICT;

-- job_count: how many different jobs it has; fewer than places where a key stood for one twice.
CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  client TEXT,
  created_at INTEGER NOT NULL,
  job_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- guest: the job was there before this batch, under its idempotency key.
CREATE TABLE batch_jobs (
  batch TEXT NOT NULL,
  place INTEGER NOT NULL,
  job TEXT NOT NULL,
  guest INTEGER NOT NULL,
  PRIMARY KEY (batch, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_guests ON batch_jobs (job) WHERE guest = 1;

CREATE TABLE tombstones (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  gone_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_gone ON tombstones (gone_at);

-- Operations that run by themselves; the first time that is not dealt with yet is next_at.
CREATE TABLE schedules (
  operation TEXT PRIMARY KEY,
  cron TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  catch_up TEXT NOT NULL,
  overlap TEXT NOT NULL,
  next_at INTEGER,
  last_at INTEGER,
  last_job TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  row TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pings (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

-- Every version of what is defined at run time; a removal has no document.
CREATE TABLE definitions (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT,
  document TEXT,
  attachment TEXT,
  PRIMARY KEY (kind, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE definition_attachments (
  hash TEXT PRIMARY KEY,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`
