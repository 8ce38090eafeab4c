/**
 * The events that reached a breaker, newest first. Choosing one shows the moment after it; arrow
 * keys walk from one to the next, left and right fold and unfold what it carried.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { JSX } from 'preact';

import type { TapeEntry } from '../../inspector/protocol.ts';
import { contextBefore } from './moment.ts';
import { TapeRow } from './tape-row.tsx';

export interface TapeProps {
  /** Oldest first. */
  readonly tape: readonly TapeEntry[];
  /** Number of the chosen entry; null for none. */
  readonly chosenSeq: number | null;
  /** Null for back to now. */
  readonly onChoose: (seq: number | null) => void;
}

export function Tape({ tape, chosenSeq, onChoose }: TapeProps): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const unfolded = useSignal<ReadonlySet<number>>(new Set());
  const isChosenThere = tape.some(({ seq }) => seq === chosenSeq);
  const stopSeq = isChosenThere ? chosenSeq : tape.at(-1)?.seq;

  const fold = (seq: number, isUnfolded: boolean): void => {
    const there = new Set(tape.map((entry) => entry.seq));
    const next = new Set([...unfolded.value].filter((known) => there.has(known)));
    if (isUnfolded) next.add(seq);
    else next.delete(seq);
    unfolded.value = next;
  };
  const focus = (row: Element | null | undefined): void =>
    row?.querySelector<HTMLElement>('.tape-choose')?.focus();

  const onKeyDown = (event: KeyboardEvent): void => {
    const row = (event.target as Element).closest('li');
    const seq = Number(row?.dataset['seq']);
    const goes = {
      ArrowDown: row?.nextElementSibling,
      ArrowUp: row?.previousElementSibling,
      Home: list.current?.firstElementChild,
      End: list.current?.lastElementChild,
    }[event.key];
    if (goes instanceof HTMLElement) {
      onChoose(Number(goes.dataset['seq']));
      focus(goes);
    } else if (event.key === 'ArrowRight') fold(seq, true);
    else if (event.key === 'ArrowLeft') fold(seq, false);
    else if (event.key === 'Escape') onChoose(null);
    else return;
    event.preventDefault();
  };

  if (tape.length === 0) {
    return (
      <p class="tape-empty muted">
        No event has reached this breaker since somebody watches. Calls that succeed move nothing:
        events come when it trips, probes, or is told something.
      </p>
    );
  }
  return (
    <ol class="tape" ref={list} onKeyDown={onKeyDown} aria-label="Events, newest first">
      {tape
        .map((entry, index) => (
          <TapeRow
            key={entry.seq}
            entry={entry}
            before={contextBefore(tape, index)}
            sincePreviousMs={index === 0 ? null : entry.atMs - (tape[index - 1]?.atMs ?? 0)}
            isChosen={entry.seq === chosenSeq}
            isStop={entry.seq === stopSeq}
            isUnfolded={unfolded.value.has(entry.seq)}
            onChoose={() => onChoose(entry.seq === chosenSeq ? null : entry.seq)}
            onFold={(is) => fold(entry.seq, is)}
          />
        ))
        .reverse()}
    </ol>
  );
}
