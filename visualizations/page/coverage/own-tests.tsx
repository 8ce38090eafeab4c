/** How to get such tests for a machine of one's own. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { Panel } from '../parts/panel.tsx';

const COMMAND =
  'npx fuseboard paths --machine door.ts#doorMachine --out door.paths.test.ts --report';

export function OwnTests(): JSX.Element {
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(COMMAND);
    isCopied.value = true;
  };
  return (
    <Panel title="Tests for a machine of your own" class="own-tests">
      <p>
        One command writes a test file in which every transition of an XState machine is taken, and
        says of those it cannot reach why:
      </p>
      <p class="own-command">
        <code>{COMMAND}</code>
        <button type="button" class="button" onClick={() => void copy()}>
          {isCopied.value ? 'Copied' : 'Copy'}
        </button>
      </p>
    </Panel>
  );
}
