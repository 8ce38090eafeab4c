/**
 * The tiles, windowed: only those in sight are in the document, each at its place among all. One of
 * them is the tabulator's stop; arrows, Home, End and the page keys lead to every other one.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { feed } from '../feed.ts';
import { arrangement } from './arrangement.ts';
import {
  geometryOf,
  placeOf,
  stepOf,
  TILE_GAP,
  TILE_HEIGHT,
  visibleRange,
  type Geometry,
} from './grid-geometry.ts';
import { Tile } from './tile.tsx';
import { useSight } from './sight.ts';

export function Grid(): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const sight = useSight(list);
  /** The breaker that has the focus, or had it last. */
  const active = useSignal<string | null>(null);
  const hasFocus = useRef(false);
  const isLed = useRef(false);

  const names = arrangement.value;
  const { byName } = feed.rows.value;
  const { width, top, bottom } = sight.value;
  const geometry = geometryOf(width, names.length);
  const [first, end] = visibleRange(top, bottom, names.length, geometry);
  const activeAt = active.value === null ? -1 : names.indexOf(active.value);
  const isActiveShown = activeAt >= first && activeAt < end;
  const stopAt = isActiveShown || (hasFocus.current && activeAt >= 0) ? activeAt : firstWhole();

  function firstWhole(): number {
    const row = Math.max(0, Math.ceil(top / (TILE_HEIGHT + TILE_GAP)));
    return Math.min(row * geometry.columns, names.length - 1);
  }

  // Tiles that change places lose the focus, and those that come into being have none yet.
  useLayoutEffect(() => {
    if (!hasFocus.current || stopAt < 0) return;
    const link = list.current?.querySelector<HTMLElement>('a[tabindex="0"]');
    if (link !== null && link !== document.activeElement) link?.focus({ preventScroll: true });
    if (!isLed.current) return;
    isLed.current = false;
    link?.closest('li')?.scrollIntoView({ block: 'nearest' });
  });

  const lead = (event: KeyboardEvent): void => {
    // The last key may have led on since this was drawn.
    const at = names.indexOf(active.peek() ?? '');
    if (event.ctrlKey || event.metaKey || event.altKey || at < 0) return;
    const pageRows = Math.max(1, Math.floor(innerHeight / (TILE_HEIGHT + TILE_GAP)) - 1);
    const next = stepOf(event.key, at, names.length, geometry.columns, pageRows);
    if (next === null) return;
    event.preventDefault();
    isLed.current = true;
    active.value = names[next] ?? null;
    // One that is there already has the focus before the next key.
    const link = list.current?.querySelector<HTMLElement>(`[aria-posinset="${next + 1}"] a`);
    link?.focus({ preventScroll: true });
  };

  return (
    <ul
      ref={list}
      class="grid"
      aria-label="Breakers"
      style={{ height: `${geometry.height}px` }}
      onKeyDown={lead}
      onFocusIn={(event) => {
        hasFocus.current = true;
        const at = (event.target as Element).closest('li')?.getAttribute('aria-posinset');
        active.value = names[Number(at) - 1] ?? null;
      }}
      onFocusOut={(event) => {
        // A tile that is moved or taken away loses the focus to nobody.
        const { relatedTarget, target } = event;
        if (relatedTarget === null && !isInPlace(target as Element)) return;
        hasFocus.current = (list.current?.contains(relatedTarget as Node | null) ?? false) === true;
      }}
    >
      {shown(first, end, hasFocus.current ? stopAt : -1).map((index) => {
        const row = byName.get(names[index] ?? '');
        if (row === undefined) return null;
        return (
          <li
            key={row.name}
            class="slot"
            style={styleOf(index, geometry)}
            aria-setsize={names.length}
            aria-posinset={index + 1}
          >
            <Tile row={row} isStop={index === stopAt} />
          </li>
        );
      })}
    </ul>
  );
}

function isInPlace(element: Element): boolean {
  return element.isConnected && document.hasFocus();
}

/** The indices from `first` to `end`, and one more wherever it is. */
function shown(first: number, end: number, more: number): readonly number[] {
  const indices = Array.from({ length: end - first }, (_, at) => first + at);
  if (more < 0 || (more >= first && more < end)) return indices;
  return more < first ? [more, ...indices] : [...indices, more];
}

function styleOf(index: number, geometry: Geometry): Readonly<Record<string, string>> {
  const [x, y] = placeOf(index, geometry);
  return {
    transform: `translate(${x}px, ${y}px)`,
    width: `${geometry.tileWidth}px`,
    height: `${TILE_HEIGHT}px`,
  };
}
