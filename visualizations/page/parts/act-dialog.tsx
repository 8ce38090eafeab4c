/** Asks an operator for the reason before something is done; stays open when it is refused. */
import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';

import type { Problem } from '../../inspector/protocol.ts';
import { Dialog } from './dialog.tsx';

export interface ActDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  /** The button's words: the deed, not "OK". */
  readonly deed: string;
  readonly isGrave?: boolean;
  /** Does it; null when it is done. */
  readonly onAct: (reason: string) => Promise<Problem | null>;
  readonly onClose: () => void;
}

const REASON_MAX = 1_024;

export function ActDialog(props: ActDialogProps): JSX.Element {
  const { title, children, deed, isGrave = false, onAct, onClose } = props;
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();
  const submit = async (): Promise<void> => {
    setBusy(true);
    const refused = await onAct(reason.trim());
    setBusy(false);
    setProblem(refused);
    if (refused === null) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '' && !isBusy) void submit();
        }}
      >
        <div class="prose">{children}</div>
        <label for={id}>Reason</label>
        <input
          id={id}
          class="input"
          required
          maxLength={REASON_MAX}
          autocomplete="off"
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        {problem !== null && (
          <p class="form-problem" role="alert">
            {problem.message}
          </p>
        )}
        <div class="form-buttons">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${isGrave ? 'is-grave' : 'is-main'}`}
            disabled={isBusy}
          >
            {deed}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
