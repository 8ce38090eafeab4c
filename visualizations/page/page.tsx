/** The inspector's page: starts what moves by itself, and mounts the frame. */
import { effect } from '@preact/signals';
import { options, render } from 'preact';

import { Frame } from './frame.tsx';
import { settleLanguage } from './language.ts';
import { startOperator } from './operator.ts';
import { feedView, startRoute } from './route.ts';
import { follow } from './stream.ts';
import { startTheme } from './theme.ts';
import { startTicks } from './ticks.ts';

// Drawn at once, so that no key finds a form older than the last one; the server sees to it that
// updates are few. A page that nobody can see is drawn when somebody can again.
options.debounceRendering = (draw) => {
  if (document.visibilityState === 'hidden') requestAnimationFrame(draw);
  else queueMicrotask(draw);
};

settleLanguage(navigator);
startTheme();
startOperator();
startRoute();
startTicks();
effect(() => follow(feedView.value));
render(<Frame />, document.getElementById('page') as HTMLElement);
