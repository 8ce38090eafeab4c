/** Shuts down the board on a file, and is killed in the same turn. */
import { openBoard } from '../../../index.ts';

const [path = ''] = process.argv.slice(2);
const board = await openBoard({ store: `sqlite:${path}` });
board.emergencyShutdown('the bill explodes', { by: 'another process' });
process.kill(process.pid, 'SIGKILL');
