/**
 * What concerns a whole board: one row that says whether an emergency is in force, and an
 * append-only table of who did what to it. The row changes only together with the acts that change
 * it, under the write lock, so that processes which act at once act one after the other.
 */
import { FuseboardError } from '../services/errors.ts';
import type { SqliteFile } from './sqlite.ts';
import type { BoardAct, BoardState, BoardStates, BoardWord } from './store.ts';

/** The state of a board on which nobody has ever acted. */
export const QUIET_BOARD: BoardState = Object.freeze({ epoch: 0, emergency: null, resumed: null });

/**
 * What acts make of a state, in their order. An emergency that is in force stays as it began. A
 * resumption lifts it unless somebody shut down since its author looked: nobody resumes what he
 * has not heard of.
 */
export function stateAfter(before: BoardState, acts: readonly BoardAct[]): BoardState {
  let { epoch, emergency, resumed } = before;
  for (const { act, reason, by, atMs, knownEpoch } of acts) {
    epoch++;
    if (act === 'emergency.shutdown') {
      emergency ??= { reason, by, atMs };
      continue;
    }
    if (before.emergency !== null && before.epoch > knownEpoch) continue;
    emergency = null;
    if (resumed === null || resumed.atMs <= atMs) resumed = { reason, by, atMs };
  }
  return { epoch, emergency, resumed };
}

/**
 * Refuses an act that could not be read back.
 * @throws FuseboardError invalid_argument
 */
export function assertBoardAct({ atMs, knownEpoch }: BoardAct): void {
  const isWhole = Number.isFinite(atMs) && Number.isSafeInteger(knownEpoch) && knownEpoch >= 0;
  if (isWhole) return;
  throw new FuseboardError(
    'invalid_argument',
    `an act needs a finite atMs and a whole knownEpoch, got ${atMs} and ${knownEpoch}`,
  );
}

const COLUMNS = [
  'epoch',
  'emergency_reason',
  'emergency_by',
  'emergency_at_ms',
  'resumed_reason',
  'resumed_by',
  'resumed_at_ms',
] as const;

type Words = [reason: string, by: string, atMs: number] | [null, null, null];
type Row = [epoch: number, ...emergency: Words, ...resumed: Words];

const INSERT_ACT = `
  INSERT INTO board_acts (act, reason, by_whom, at_ms, known_epoch) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;

const SELECT_ACTS = `
  SELECT act, reason, by_whom AS "by", at_ms AS atMs, known_epoch AS knownEpoch
  FROM (SELECT * FROM board_acts ORDER BY id DESC LIMIT ?) ORDER BY id`;

/** @throws FuseboardError store_corrupt when the file lacks the tables. */
export function sqliteBoardStates(file: SqliteFile): BoardStates {
  const dataVersion = file.prepare('PRAGMA data_version').pluck();
  const select = file.prepare(`SELECT ${COLUMNS.join(', ')} FROM board_state`).raw();
  const replace = file.prepare(
    `INSERT OR REPLACE INTO board_state (only, ${COLUMNS.join(', ')})
     VALUES (1, ${COLUMNS.map(() => '?').join(', ')})`,
  );
  const insertAct = file.prepare(INSERT_ACT);
  const selectActs = file.prepare(SELECT_ACTS);
  let seenDataVersion = -1;

  const read = (): BoardState => stateOf(select.get() as Row | undefined);

  /** An operator's act outlives a power cut: synced to disk before it counts as written. */
  const synced = <T>(write: () => T): T => {
    file.prepare('PRAGMA synchronous = FULL').run();
    try {
      return write();
    } finally {
      file.prepare('PRAGMA synchronous = NORMAL').run();
    }
  };

  return {
    load() {
      seenDataVersion = file.once(() => dataVersion.get() as number);
      return file.once(read);
    },

    apply(acts, waitMs = 0) {
      acts.forEach(assertBoardAct);
      return synced(() =>
        file.write(waitMs, () => {
          const state = stateAfter(read(), acts);
          replace.run(...rowOf(state));
          for (const { act, reason, by, atMs, knownEpoch } of acts) {
            insertAct.run(act, reason, by, atMs, knownEpoch);
          }
          return state;
        }),
      );
    },

    changes() {
      const version = file.once(() => dataVersion.get() as number);
      if (version === seenDataVersion) return null;
      const state = file.once(read);
      seenDataVersion = version;
      return state;
    },

    after: stateAfter,

    acts: (countMax) => file.once(() => selectActs.all(countMax) as BoardAct[]),
  };
}

const wordOf = (reason: string | null, by: string | null, atMs: number | null): BoardWord | null =>
  reason === null || by === null || atMs === null ? null : { reason, by, atMs };

function stateOf(row: Row | undefined): BoardState {
  if (row === undefined) return QUIET_BOARD;
  const [epoch, reason, by, atMs, resumedReason, resumedBy, resumedAtMs] = row;
  return {
    epoch,
    emergency: wordOf(reason, by, atMs),
    resumed: wordOf(resumedReason, resumedBy, resumedAtMs),
  };
}

const wordsOf = (word: BoardWord | null): Words =>
  word === null ? [null, null, null] : [word.reason, word.by, word.atMs];

const rowOf = ({ epoch, emergency, resumed }: BoardState): Row => [
  epoch,
  ...wordsOf(emergency),
  ...wordsOf(resumed),
];
