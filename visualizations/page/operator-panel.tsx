/** Where an operator signs in with the token, says who acts, and finds what concerns all. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';

import type { Problem } from '../inspector/protocol.ts';
import { Drop } from './drop.tsx';
import { EmergencyButton } from './emergency.tsx';
import { feed } from './feed.ts';
import { by, callMyself, canAct, isSignedIn, signIn, signOut } from './operator.ts';
import { Icon } from './parts/icon.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function OperatorPanel(): JSX.Element {
  const face = (
    <>
      <Icon name="key" />
      <span class="drop-word">{canAct.value ? by.value : 'Watching'}</span>
    </>
  );
  return (
    <Drop face={face}>
      <Standing />
      <hr class="rule" />
      <ThemeSwitch />
    </Drop>
  );
}

function Standing(): JSX.Element {
  if (feed.summary.value?.isOperable === false) {
    return (
      <p class="muted">
        This inspector shows and does not act: it was started without a token. Start it with{' '}
        <code>{'board.inspect({ token })'}</code> to act from here.
      </p>
    );
  }
  return isSignedIn.value ? <SignedIn /> : <SignIn />;
}

function SignIn(): JSX.Element {
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (secret !== '') void signIn(secret).then(setProblem);
      }}
    >
      <label for={id}>Operator’s token</label>
      <input
        id={id}
        class="input"
        type="password"
        autocomplete="off"
        maxLength={256}
        value={secret}
        onInput={(event) => setSecret(event.currentTarget.value)}
      />
      {problem !== null && (
        <p class="form-problem" role="alert">
          {problem.message}
        </p>
      )}
      <p class="muted">With it you may act on breakers. It stays in this tab.</p>
      <div class="form-buttons">
        <button type="submit" class="button is-main">
          Sign in
        </button>
      </div>
    </form>
  );
}

function SignedIn(): JSX.Element {
  const id = useId();
  return (
    <div class="form">
      <label for={id}>Your name, told with every act</label>
      <input
        id={id}
        class="input"
        maxLength={256}
        autocomplete="off"
        value={by.value}
        onChange={(event) => callMyself(event.currentTarget.value)}
      />
      <div class="form-buttons">
        <button type="button" class="button" onClick={signOut}>
          Sign out
        </button>
        <EmergencyButton />
      </div>
    </div>
  );
}
