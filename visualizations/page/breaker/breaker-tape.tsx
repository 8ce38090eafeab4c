/** The tape of events in its panel. */
import type { JSX } from 'preact';

import { TAPE_MAX } from '../../inspector/protocol.ts';
import type { WatchedBreaker } from '../feed.ts';
import { Panel } from '../parts/panel.tsx';
import type { Chosen } from './moment.ts';
import { Tape } from './tape.tsx';

export interface BreakerTapeProps {
  readonly breaker: WatchedBreaker;
  readonly chosen: Chosen | null;
  /** Null for back to now. */
  readonly onChoose: (seq: number | null) => void;
}

export function BreakerTape({ breaker, chosen, onChoose }: BreakerTapeProps): JSX.Element {
  const { tape } = breaker;
  const ignoredCount = tape.filter(({ isIgnored }) => isIgnored).length;
  return (
    <Panel
      title="Events"
      class="breaker-tape"
      aside={
        <span class="muted">
          {tape.length === TAPE_MAX ? `the latest ${TAPE_MAX}` : tape.length}
          {ignoredCount > 0 && `, ${ignoredCount} ignored`}
        </span>
      }
    >
      <Tape tape={tape} chosenSeq={chosen?.entry.seq ?? null} onChoose={onChoose} />
    </Panel>
  );
}
