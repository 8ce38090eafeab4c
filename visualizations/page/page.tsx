/** The inspector's page: starts what moves by itself, and mounts the frame. */
import './sound-language.ts';

import { effect } from '@preact/signals';
import { options, render } from 'preact';

import { Frame } from './frame.tsx';
import { startOperator } from './operator.ts';
import { feedView, startRoute } from './route.ts';
import { follow } from './stream.ts';
import { startTheme } from './theme.ts';
import { startTicks } from './ticks.ts';

// However many updates arrive, the page is drawn once for each frame that is shown.
options.debounceRendering = (draw) => {
  requestAnimationFrame(draw);
};

startTheme();
startOperator();
startRoute();
startTicks();
effect(() => follow(feedView.value));
render(<Frame />, document.getElementById('page') as HTMLElement);
