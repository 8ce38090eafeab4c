/**
 * The tables of budgets, allowances and the ledger. Amounts are integers of nano-dollars; an
 * instant is wall-clock milliseconds. Numbers of accounts, holders and texts are never used twice.
 */
export const MONEY_TABLES = `
  CREATE TABLE budgets (
    id               TEXT PRIMARY KEY NOT NULL,
    defined_nano_usd INTEGER, -- as it was defined last; null as long as nobody has
    limit_nano_usd   INTEGER NOT NULL CHECK (limit_nano_usd >= 0), -- in force
    revision         INTEGER NOT NULL -- number of the write that changed it
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE accounts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    budget              TEXT NOT NULL,
    value               TEXT NOT NULL,
    period              TEXT NOT NULL,
    start_ms            REAL, -- null: has no beginning
    end_ms              REAL, -- null: has no end
    settled_nano_usd    INTEGER NOT NULL DEFAULT 0 CHECK (settled_nano_usd >= 0),
    forfeited_nano_usd  INTEGER NOT NULL DEFAULT 0 CHECK (forfeited_nano_usd >= 0),
    held_nano_usd       INTEGER NOT NULL DEFAULT 0 CHECK (held_nano_usd >= 0),
    overspent_nano_usd  INTEGER NOT NULL DEFAULT 0 CHECK (overspent_nano_usd >= 0),
    checkpoint_nano_usd INTEGER NOT NULL DEFAULT 0, -- settled by rows that are no longer kept
    revision            INTEGER NOT NULL, -- number of the write that changed it
    writer              INTEGER NOT NULL, -- the holder that was told of that change; 0: nobody
    UNIQUE (budget, value, period)
  ) STRICT;

  CREATE INDEX accounts_by_revision ON accounts (revision);
  CREATE INDEX accounts_by_end ON accounts (end_ms);

  CREATE TABLE holders (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    pid           INTEGER NOT NULL,
    process_start TEXT NOT NULL,
    boot_id       TEXT NOT NULL,
    joined_at_ms  REAL NOT NULL,
    expires_at_ms REAL NOT NULL, -- end of its lease
    applied_seq   INTEGER NOT NULL DEFAULT 0, -- number of its last batch
    state         TEXT NOT NULL CHECK (state IN ('active', 'silent', 'dead', 'left'))
  ) STRICT;

  CREATE INDEX holders_active ON holders (id) WHERE state = 'active';

  CREATE TABLE allowances (
    holder             INTEGER NOT NULL,
    account            INTEGER NOT NULL,
    held_nano_usd      INTEGER NOT NULL DEFAULT 0 CHECK (held_nano_usd >= 0),
    forfeited_nano_usd INTEGER NOT NULL DEFAULT 0, -- lost, but may still be settled against
    fenced_nano_usd    INTEGER NOT NULL DEFAULT 0, -- lost for good
    PRIMARY KEY (holder, account)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX allowances_lost ON allowances (account, holder)
    WHERE forfeited_nano_usd > 0 OR fenced_nano_usd > 0;

  CREATE TABLE forfeits (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    revision        INTEGER NOT NULL,
    holder          INTEGER NOT NULL,
    account         INTEGER NOT NULL,
    amount_nano_usd INTEGER NOT NULL,
    at_ms           REAL NOT NULL
  ) STRICT;

  CREATE INDEX forfeits_by_revision ON forfeits (revision);

  CREATE TABLE overspends (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    account         INTEGER NOT NULL,
    holder          INTEGER NOT NULL, -- 0: a cost from outside
    amount_nano_usd INTEGER NOT NULL,
    at_ms           REAL NOT NULL
  ) STRICT;

  CREATE TABLE labels (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    labels TEXT NOT NULL UNIQUE -- JSON
  ) STRICT;

  CREATE TABLE label_places (
    holder INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    labels INTEGER NOT NULL,
    PRIMARY KEY (holder, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE charge_sets (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    accounts TEXT NOT NULL UNIQUE, -- JSON: numbers of accounts, rising
    end_ms   REAL -- when the first of their periods ends; null for never
  ) STRICT;

  CREATE TABLE charge_places (
    holder  INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    charges INTEGER NOT NULL,
    PRIMARY KEY (holder, place)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ledger (
    holder              INTEGER NOT NULL,
    number              INTEGER NOT NULL, -- of the holder's reservation
    reserved_at_ms      REAL NOT NULL,
    settled_at_ms       REAL NOT NULL,
    labels              INTEGER NOT NULL,
    charges             INTEGER NOT NULL,
    expected_nano_usd   INTEGER,
    worst_nano_usd      INTEGER,
    cost_nano_usd       INTEGER NOT NULL,
    table_nano_usd      INTEGER,
    basis               INTEGER NOT NULL,
    outcome             INTEGER NOT NULL,
    input_tokens        INTEGER,
    cached_input_tokens INTEGER,
    output_tokens       INTEGER,
    duration_ms         REAL,
    PRIMARY KEY (holder, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rollups (
    hour                INTEGER NOT NULL, -- full hours since 1970
    labels              INTEGER NOT NULL,
    call_count          INTEGER NOT NULL,
    succeeded_count     INTEGER NOT NULL,
    cost_nano_usd       INTEGER NOT NULL,
    expected_nano_usd   INTEGER NOT NULL,
    assumed_count       INTEGER NOT NULL,
    input_tokens        INTEGER NOT NULL,
    output_tokens       INTEGER NOT NULL,
    refused_count       INTEGER NOT NULL,
    refused_nano_usd    INTEGER NOT NULL,
    outside_nano_usd    INTEGER NOT NULL,
    billed_nano_usd     INTEGER NOT NULL,
    checkpoint_nano_usd INTEGER NOT NULL DEFAULT 0, -- cost of rows that are no longer kept
    PRIMARY KEY (hour, labels)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outside_costs (
    id            TEXT PRIMARY KEY NOT NULL,
    at_ms         REAL NOT NULL,
    labels        INTEGER NOT NULL,
    charges       INTEGER, -- null for what a bill says
    cost_nano_usd INTEGER NOT NULL,
    input_tokens  INTEGER,
    output_tokens INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE compactions (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    before_ms REAL NOT NULL,
    at_ms     REAL NOT NULL,
    row_count INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason  TEXT NOT NULL,
    by      TEXT NOT NULL,
    at_ms   REAL NOT NULL,
    details TEXT NOT NULL -- JSON
  ) STRICT;

  CREATE TABLE learnt (
    key   TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;
`;
