-- Every step is idempotent: a killed migration is simply run again. Times are microseconds since 1970 (UTC),
-- amounts are minor units of the row's currency, an empty text means "none".

CREATE TABLE IF NOT EXISTS payments (
  id               INTEGER PRIMARY KEY,
  order_id         INTEGER NOT NULL,
  user_id          INTEGER NOT NULL,
  amount_minor     INTEGER NOT NULL,
  currency         TEXT    NOT NULL,
  capture_method   TEXT    NOT NULL,
  description      TEXT    NOT NULL,
  client           TEXT    NOT NULL,
  metadata         TEXT    NOT NULL,  -- netstrings: 5:color,3:red,
  created_at       INTEGER NOT NULL,
  status           TEXT    NOT NULL,
  authorized_minor INTEGER NOT NULL,
  captured_minor   INTEGER NOT NULL,
  refunded_minor   INTEGER NOT NULL,
  method_type      TEXT,              -- NULL: nothing has paid yet
  method_brand     TEXT,
  method_last4     TEXT,
  method_exp_year  INTEGER,
  method_exp_month INTEGER,
  error_code       TEXT,              -- of the last try, when it was declined
  decline_code     TEXT,
  expires_at       INTEGER,           -- NULL: never
  version          INTEGER NOT NULL,  -- the sequence of the last event
  updated_at       INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS payments_by_order  ON payments (order_id, id);
CREATE INDEX IF NOT EXISTS payments_by_user   ON payments (user_id, id);
CREATE INDEX IF NOT EXISTS payments_by_client ON payments (client, id) WHERE client <> '';
CREATE INDEX IF NOT EXISTS payments_by_expiry ON payments (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS events (
  payment_id       INTEGER NOT NULL,
  sequence         INTEGER NOT NULL,
  type             TEXT    NOT NULL,
  created_at       INTEGER NOT NULL,
  order_id         INTEGER,           -- these four of the created event only
  user_id          INTEGER,
  amount_minor     INTEGER,
  currency         TEXT,
  status           TEXT    NOT NULL,
  authorized_minor INTEGER NOT NULL,
  captured_minor   INTEGER NOT NULL,
  refunded_minor   INTEGER NOT NULL,
  method_type      TEXT,
  method_brand     TEXT,
  method_last4     TEXT,
  method_exp_year  INTEGER,
  method_exp_month INTEGER,
  error_code       TEXT,
  decline_code     TEXT,
  expires_at       INTEGER,
  reason           TEXT    NOT NULL,
  PRIMARY KEY (payment_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS attempts (
  id           INTEGER PRIMARY KEY,
  payment_id   INTEGER NOT NULL,
  provider     TEXT    NOT NULL,
  outcome      TEXT    NOT NULL,
  decline_code TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  finished_at  INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_by_payment ON attempts (payment_id, created_at);

CREATE TABLE IF NOT EXISTS refunds (
  id           INTEGER PRIMARY KEY,
  payment_id   INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  status       TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_by_payment ON refunds (payment_id, created_at);

CREATE TABLE IF NOT EXISTS idempotency_keys (
  client      TEXT    NOT NULL,
  idem_key    TEXT    NOT NULL,
  fingerprint BLOB    NOT NULL,
  state       TEXT    NOT NULL,       -- running, done
  outcome     TEXT    NOT NULL,       -- ok, or the code of the error that is the reply
  payment_id  INTEGER NOT NULL,       -- 0: the reply is about the order
  sequence    INTEGER NOT NULL,
  order_id    INTEGER NOT NULL,       -- 0: the reply is about the payment
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (client, idem_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created_at);
