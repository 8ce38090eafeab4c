/** What the machine remembers at the moment shown, as a table. */
import type { JSX } from 'preact';

import { Panel } from '../parts/panel.tsx';
import { valueText } from './context-words.ts';
import type { Moment } from './moment.ts';

export interface ContextTableProps {
  readonly moment: Moment;
  /** Keys that the event of this moment changed. */
  readonly changed: readonly string[];
}

export function ContextTable({ moment, changed }: ContextTableProps): JSX.Element {
  const { context, chosen } = moment;
  return (
    <Panel title="Context" aside={chosen !== null && <span class="past-mark">past</span>}>
      <table class="context">
        <thead class="unseen">
          <tr>
            <th scope="col">key</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(context ?? {}).map(([key, value]) => (
            <tr key={key} class={changed.includes(key) ? 'is-changed' : undefined}>
              <th scope="row">{key}</th>
              <td>
                {valueText(key, value)}
                {changed.includes(key) && <span class="changed-mark"> changed</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
