/** The tables of what concerns a whole board. */
export const BOARD_TABLES = `
  CREATE TABLE board_state (
    only             INTEGER PRIMARY KEY CHECK (only = 1), -- there is one row
    epoch            INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 9007199254740991),
    emergency_reason TEXT,
    emergency_by     TEXT,
    emergency_at_ms  REAL,
    resumed_reason   TEXT,
    resumed_by       TEXT,
    resumed_at_ms    REAL,
    CHECK ((emergency_reason IS NULL) = (emergency_by IS NULL)
       AND (emergency_by IS NULL) = (emergency_at_ms IS NULL)),
    CHECK ((resumed_reason IS NULL) = (resumed_by IS NULL)
       AND (resumed_by IS NULL) = (resumed_at_ms IS NULL))
  ) STRICT;

  CREATE TABLE board_acts (
    id          INTEGER PRIMARY KEY,
    act         TEXT NOT NULL,
    reason      TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    at_ms       REAL NOT NULL,
    known_epoch INTEGER NOT NULL, -- of the board's state that its author's process had seen
    UNIQUE (at_ms, act, by_whom, reason, known_epoch)
  ) STRICT;

  CREATE TRIGGER board_acts_are_kept BEFORE DELETE ON board_acts
  BEGIN SELECT RAISE(ABORT, 'board_acts is append-only'); END;

  CREATE TRIGGER board_acts_stand BEFORE UPDATE ON board_acts
  BEGIN SELECT RAISE(ABORT, 'board_acts is append-only'); END;
`;
