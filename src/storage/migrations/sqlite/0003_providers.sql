-- Providers with outside effects: what is asked of them is written down before they hear of it. A column that
-- is there already counts as added.

-- What whoever pays has to do first; NULL: nothing.
ALTER TABLE payments ADD COLUMN action_url TEXT;
ALTER TABLE payments ADD COLUMN action_expires_at INTEGER;
-- Who has the payment; NULL: no provider with outside effects was asked. The open attempt is 0 when there is none.
ALTER TABLE payments ADD COLUMN provider TEXT;
ALTER TABLE payments ADD COLUMN provider_reference TEXT;
ALTER TABLE payments ADD COLUMN open_attempt INTEGER;
ALTER TABLE events ADD COLUMN action_url TEXT;
ALTER TABLE events ADD COLUMN action_expires_at INTEGER;
-- What its payments may be paid with; empty: everything.
ALTER TABLE clients ADD COLUMN methods TEXT NOT NULL DEFAULT '';

CREATE TABLE IF NOT EXISTS provider_calls (
  attempt_id      INTEGER PRIMARY KEY,
  payment_id      INTEGER NOT NULL,
  provider        TEXT    NOT NULL,
  kind            TEXT    NOT NULL,   -- authorize, capture, void, refund
  is_open         INTEGER NOT NULL,   -- 1: its outcome is not final
  amount_minor    INTEGER NOT NULL,
  captures        INTEGER NOT NULL,
  source_kind     TEXT    NOT NULL,
  source_wallet   TEXT    NOT NULL,
  source_token    TEXT    NOT NULL,
  about           TEXT    NOT NULL,
  reference       TEXT    NOT NULL,
  return_url      TEXT    NOT NULL,
  refund_id       INTEGER NOT NULL,   -- 0: none
  reason          TEXT    NOT NULL,
  key_client      TEXT    NOT NULL,   -- with idem_key: the client's key that runs until the outcome is known
  idem_key        TEXT    NOT NULL,   -- empty: none
  tries           INTEGER NOT NULL,
  last_error      TEXT    NOT NULL,
  needs_attention INTEGER NOT NULL,
  being_asked     INTEGER NOT NULL,   -- 1: somebody asks the provider now, until due_at at the latest
  due_at          INTEGER             -- NULL: nobody looks by himself
) STRICT;
CREATE INDEX IF NOT EXISTS provider_calls_by_payment ON provider_calls (payment_id);
CREATE INDEX IF NOT EXISTS provider_calls_by_due ON provider_calls (provider, due_at) WHERE is_open = 1;
CREATE INDEX IF NOT EXISTS provider_calls_open ON provider_calls (attempt_id) WHERE is_open = 1;
