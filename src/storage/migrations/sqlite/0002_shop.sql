-- What others are told, and who they are. An event that is told leaves a row here in its own commit.

CREATE TABLE IF NOT EXISTS notifications (
  id         INTEGER PRIMARY KEY,
  payment_id INTEGER NOT NULL,        -- with sequence: the event
  sequence   INTEGER NOT NULL,
  type       TEXT    NOT NULL,
  client     TEXT    NOT NULL,        -- whose payment it is
  status     TEXT    NOT NULL,        -- pending, delivered, dead
  attempts   INTEGER NOT NULL,
  last_error TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  due_at     INTEGER NOT NULL         -- nobody tries before; of a finished row: its end, or later
) STRICT;
CREATE INDEX IF NOT EXISTS notifications_by_payment ON notifications (payment_id, sequence);
-- With its status, so that a walk along what is due reads nothing but the index.
CREATE INDEX IF NOT EXISTS notifications_by_due ON notifications (client, due_at, status)
  WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS notifications_by_end ON notifications (due_at) WHERE status = 'delivered';

CREATE TABLE IF NOT EXISTS clients (
  name         TEXT    NOT NULL PRIMARY KEY,
  notify_url   TEXT    NOT NULL,      -- empty: it is told nothing
  notify_style TEXT    NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS client_keys (
  client     TEXT    NOT NULL,
  key_id     TEXT    NOT NULL,
  hash       BLOB    NOT NULL,        -- SHA-256 of the key
  created_at INTEGER NOT NULL,
  PRIMARY KEY (client, key_id)
) STRICT, WITHOUT ROWID;
