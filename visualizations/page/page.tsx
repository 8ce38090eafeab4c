/** The inspector's page: mounts the frame. */
import { render } from 'preact';

import { Frame } from './frame.tsx';

render(<Frame />, document.getElementById('page') as HTMLElement);
