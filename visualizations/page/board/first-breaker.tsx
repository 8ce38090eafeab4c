/** What stands on a board without breakers: how to make the first one. */
import type { JSX } from 'preact';

import { Empty } from '../parts/empty.tsx';

const SNIPPET = `const search = board.breaker('search');
const answer = await search.call(() => askTheIndex('fuses'));`;

export function FirstBreaker(): JSX.Element {
  return (
    <Empty title="No breakers yet">
      <p>A breaker is there as soon as somebody asks the board for it by its name:</p>
      <pre class="snippet" tabIndex={0}>
        <code>{SNIPPET}</code>
      </pre>
      <p>It appears here with its first call.</p>
    </Empty>
  );
}
