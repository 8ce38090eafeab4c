/** Short words about what was done, shown for a while and read out to those who listen. */
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
}

const SHOWN_MS = 8_000;
const SHOWN_MAX = 4;

const shown = signal<readonly Notice[]>([]);
let lastId = 0;

export const notices: ReadonlySignal<readonly Notice[]> = shown;

export function notify(kind: Notice['kind'], text: string): void {
  const id = ++lastId;
  shown.value = [...shown.peek(), { id, kind, text }].slice(-SHOWN_MAX);
  window.setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  shown.value = shown.peek().filter((notice) => notice.id !== id);
}
