/** How the board fares, in a word; the reasons for whoever asks. */
import type { JSX } from 'preact';

import { Drop } from './drop.tsx';
import { feed } from './feed.ts';
import { Icon } from './parts/icon.tsx';

export function Health(): JSX.Element | null {
  const summary = feed.summary.value;
  if (summary === null) return null;
  const { status, reasons } = summary;
  const face = (
    <>
      <Icon name={status} />
      <span class="unseen">Health: </span>
      {status}
      {reasons.length > 0 && <span class="number">· {reasons.length}</span>}
    </>
  );
  return (
    <Drop class={`health-${status}`} face={face}>
      <h2>{reasons.length === 0 ? 'Nothing speaks against this board.' : 'Why'}</h2>
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map(({ code, subject, severity, words }) => (
            <li key={`${code} ${subject}`} class={`is-${severity}`}>
              <Icon name={severity} />
              <span>
                <span class="unseen">{severity}: </span>
                {words}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Drop>
  );
}
