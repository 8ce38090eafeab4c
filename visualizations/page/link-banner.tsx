/** Says that what is shown is no longer how things are. */
import type { JSX } from 'preact';

import { feed } from './feed.ts';
import { clockTime } from './parts/format.ts';
import { Icon } from './parts/icon.tsx';

export function LinkBanner(): JSX.Element {
  const summary = feed.summary.value;
  return (
    <div role="status">
      {feed.link.value === 'lost' && (
        <div class="banner is-lost">
          <Icon name="degraded" />
          <span>
            The board does not answer; trying again.
            {summary !== null && ` Shown is how it was at ${clockTime(summary.atMs)}.`}
          </span>
        </div>
      )}
    </div>
  );
}
