-- Providers with outside effects: what is asked of them is written down before they hear of it. As in 0001,
-- every statement may be run again, by several instances at once. A table gets its columns in one statement, all
-- or none; columns at its end that may be NULL or have a default cost no copy of it where the server can do
-- without (left to itself, it chooses).

-- `action_…`: what whoever pays has to do first; NULL: nothing. `provider`: who has the payment; NULL: none with
-- outside effects was asked. `open_attempt`: 0 when there is none.
ALTER TABLE payments
  ADD COLUMN action_url TEXT,
  ADD COLUMN action_expires_at BIGINT,
  ADD COLUMN provider VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  ADD COLUMN provider_reference VARCHAR(255),
  ADD COLUMN open_attempt BIGINT;

ALTER TABLE events
  ADD COLUMN action_url TEXT,
  ADD COLUMN action_expires_at BIGINT;

-- What its payments may be paid with; empty: everything.
ALTER TABLE clients
  ADD COLUMN methods VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

CREATE TABLE IF NOT EXISTS provider_calls (
  attempt_id      BIGINT NOT NULL PRIMARY KEY,
  payment_id      BIGINT NOT NULL,
  provider        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind            VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,  -- authorize, capture, void, refund
  is_open         TINYINT NOT NULL,      -- 1: its outcome is not final
  amount_minor    BIGINT NOT NULL,
  captures        TINYINT NOT NULL,
  source_kind     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_wallet   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_token    TEXT NOT NULL,
  about           VARCHAR(255) NOT NULL,
  reference       VARCHAR(255) NOT NULL,
  return_url      TEXT NOT NULL,
  refund_id       BIGINT NOT NULL,       -- 0: none
  reason          TEXT NOT NULL,
  key_client      VARBINARY(255) NOT NULL,  -- with idem_key: the client's key that runs until the outcome is known
  idem_key        VARBINARY(255) NOT NULL,  -- empty: none
  tries           INT NOT NULL,
  last_error      VARCHAR(255) NOT NULL,
  needs_attention TINYINT NOT NULL,
  being_asked     TINYINT NOT NULL,      -- 1: somebody asks the provider now, until due_at at the latest
  due_at          BIGINT,                -- NULL: nobody looks by himself
  claimed_by      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',  -- until due_at
  KEY provider_calls_by_payment (payment_id),
  KEY provider_calls_by_due (is_open, provider, due_at),
  KEY provider_calls_open (is_open, attempt_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
