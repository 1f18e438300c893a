-- What others are told, and who they are. An event that is told leaves a row here in its own commit. As in
-- 0001, every statement may be run again, by several instances at once.

CREATE TABLE IF NOT EXISTS notifications (
  id         BIGINT NOT NULL PRIMARY KEY,
  payment_id BIGINT NOT NULL,            -- with sequence: the event
  sequence   BIGINT NOT NULL,
  type       VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client     VARBINARY(255) NOT NULL,    -- whose payment it is
  status     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,  -- pending, delivered, dead
  attempts   INT NOT NULL,
  last_error VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  due_at     BIGINT NOT NULL,            -- nobody tries before; of a finished row: its end, or later
  claimed_by VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',  -- until due_at
  KEY notifications_by_payment (payment_id, sequence),
  KEY notifications_by_due (status, client, due_at)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS clients (
  name         VARBINARY(64) NOT NULL PRIMARY KEY,
  notify_url   TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,  -- empty: it is told nothing
  notify_style VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at   BIGINT NOT NULL
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS client_keys (
  client     VARBINARY(64) NOT NULL,
  key_id     VARBINARY(16) NOT NULL,
  hash       BINARY(32) NOT NULL,        -- SHA-256 of the key
  created_at BIGINT NOT NULL,
  PRIMARY KEY (client, key_id)
) ENGINE=InnoDB;

INSERT IGNORE INTO id_block (name, next) VALUES ('notifications', 1);
