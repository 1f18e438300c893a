-- No lock is taken: every statement may be run again, by several instances at once, and each ends where the
-- others do. Times are microseconds since 1970 (UTC), amounts are minor units of the row's currency, an empty
-- text means "none". Keys and names are ASCII or bytes, so that they compare byte by byte.

CREATE TABLE IF NOT EXISTS schema_version (
  version    INT    NOT NULL PRIMARY KEY,
  applied_at BIGINT NOT NULL
) ENGINE=InnoDB;

-- Where the next block of ids begins, one row a kind.
CREATE TABLE IF NOT EXISTS id_block (
  name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  next BIGINT NOT NULL
) ENGINE=InnoDB;

-- The last batch of each writer: tells whether a lost COMMIT happened. Unsigned: a -1 stops a transaction that
-- comes too late.
CREATE TABLE IF NOT EXISTS writer (
  instance   CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  last_batch BIGINT UNSIGNED NOT NULL,
  updated_at BIGINT NOT NULL
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS payments (
  id               BIGINT NOT NULL PRIMARY KEY,
  order_id         BIGINT NOT NULL,
  user_id          BIGINT NOT NULL,
  amount_minor     BIGINT NOT NULL,
  currency         CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  capture_method   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  description      TEXT NOT NULL,
  client           VARBINARY(255) NOT NULL,
  metadata         MEDIUMTEXT NOT NULL,  -- netstrings: 5:color,3:red,
  created_at       BIGINT NOT NULL,
  status           VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  authorized_minor BIGINT NOT NULL,
  captured_minor   BIGINT NOT NULL,
  refunded_minor   BIGINT NOT NULL,
  method_type      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin,  -- NULL: nothing has paid yet
  method_brand     VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin,
  method_last4     VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin,
  method_exp_year  INT,
  method_exp_month INT,
  error_code       VARCHAR(64),          -- of the last try, when it was declined
  decline_code     VARCHAR(64),
  expires_at       BIGINT,               -- NULL: never
  version          BIGINT NOT NULL,      -- the sequence of the last event
  updated_at       BIGINT NOT NULL,
  KEY payments_by_order (order_id, id),
  KEY payments_by_user (user_id, id),
  KEY payments_by_client (client, id),
  KEY payments_by_expiry (expires_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS events (
  payment_id       BIGINT NOT NULL,
  sequence         BIGINT NOT NULL,
  type             VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at       BIGINT NOT NULL,
  order_id         BIGINT,               -- these four of the created event only
  user_id          BIGINT,
  amount_minor     BIGINT,
  currency         CHAR(3) CHARACTER SET ascii COLLATE ascii_bin,
  status           VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  authorized_minor BIGINT NOT NULL,
  captured_minor   BIGINT NOT NULL,
  refunded_minor   BIGINT NOT NULL,
  method_type      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin,
  method_brand     VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin,
  method_last4     VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin,
  method_exp_year  INT,
  method_exp_month INT,
  error_code       VARCHAR(64),
  decline_code     VARCHAR(64),
  expires_at       BIGINT,
  reason           TEXT NOT NULL,
  PRIMARY KEY (payment_id, sequence)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS attempts (
  id           BIGINT NOT NULL PRIMARY KEY,
  payment_id   BIGINT NOT NULL,
  provider     VARCHAR(64) NOT NULL,
  outcome      VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  decline_code VARCHAR(64) NOT NULL,
  created_at   BIGINT NOT NULL,
  finished_at  BIGINT,
  KEY attempts_by_payment (payment_id, created_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS refunds (
  id           BIGINT NOT NULL PRIMARY KEY,
  payment_id   BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  status       VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason       TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  KEY refunds_by_payment (payment_id, created_at)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS idempotency_keys (
  client      VARBINARY(255) NOT NULL,
  idem_key    VARBINARY(255) NOT NULL,
  fingerprint BINARY(16) NOT NULL,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,  -- running, done
  outcome     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,  -- ok, or the error that is the reply
  payment_id  BIGINT NOT NULL,           -- 0: the reply is about the order
  sequence    BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,           -- 0: the reply is about the payment
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (client, idem_key),
  KEY idempotency_keys_by_age (created_at)
) ENGINE=InnoDB;
