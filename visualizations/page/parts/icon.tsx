/** Small pictures. They carry no words: whoever shows one says beside it what it means. */
import type { JSX } from 'preact';

/** Drawn in a square of 16; stroked, unless they are in FILLED. */
const PATHS = {
  closed: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  open: 'M4 4 12 12M12 4 4 12',
  half_open:
    'M8 2.5A5.5 5.5 0 1 1 8 13.5A5.5 5.5 0 1 1 8 2.5M8 2.5V13.5M8 5H11.5M8 8H13.2M8 11H11.5',
  budget_limited:
    'M8 2V14M11 4.8C10.4 3.9 9.3 3.6 8 3.6 6.2 3.6 5 4.4 5 5.8 5 9 11.2 7 11.2 10.2 11.2 11.6 9.8 12.4 8 12.4 6.5 12.4 5.3 11.9 4.7 10.9',
  healthy: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  degraded: 'M8 2.5 14.5 13.5H1.5ZM8 6.5V9.5M8 11.4V11.6',
  critical: 'M5.2 1.5H10.8L14.5 5.2V10.8L10.8 14.5H5.2L1.5 10.8V5.2ZM8 4.5V8.5M8 11V11.2',
  key: 'M10 2.2A3.7 3.7 0 1 1 7.4 8.6L2.5 13.5V11H4.5V9.2L6.5 7.5A3.7 3.7 0 0 1 10 2.2M11 5V5.1',
  search: 'M7 2.5A4.5 4.5 0 1 1 7 11.5A4.5 4.5 0 1 1 7 2.5M10.4 10.4 14 14',
  close: 'M4 4 12 12M12 4 4 12',
  clock: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2M8 4.8V8L10.2 9.6',
  sun: 'M8 5A3 3 0 1 1 8 11A3 3 0 1 1 8 5M8 1V2.5M8 13.5V15M1 8H2.5M13.5 8H15M3 3 4.1 4.1M11.9 11.9 13 13M13 3 11.9 4.1M4.1 11.9 3 13',
  moon: 'M13.5 9.5A6 6 0 1 1 6.5 2.5 4.8 4.8 0 0 0 13.5 9.5Z',
  system: 'M2 3H14V11H2ZM6 14H10M8 11V14',
  power: 'M8 1.5V7.5M4.6 4A5.5 5.5 0 1 0 11.4 4',
  bolt: 'M9 1.5 3.5 9H7.5L7 14.5 12.5 7H8.5Z',
  back: 'M9.5 3.5 5 8 9.5 12.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
