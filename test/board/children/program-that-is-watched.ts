/** Is watched by a page, forwards to nobody, and has nothing else to do. */
import { get } from 'node:http';

import { openBoard } from '../../../index.ts';

const board = await openBoard();
board.breaker('api').forceOpen('by hand');
const { url } = await board.inspect({ port: 0, forward: 'ws://127.0.0.1:9' });
const page = get(`${url}feed`, (response) => {
  response.once('data', () => console.log('watched'));
});
// What holds the page's end of the connection is the page's business.
page.once('socket', (socket) => socket.once('data', () => socket.unref()));
