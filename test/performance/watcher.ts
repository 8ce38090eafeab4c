/**
 * A page that watches, in a process of its own, so that what reading costs is not the inspector's:
 * `node watcher.js URL`. Prints a line once it is told something, and how many bytes it was told
 * for each line of its input; ends with its input.
 */
import { get } from 'node:http';

const url = process.argv[2];
if (url === undefined) throw new Error('node watcher.js URL');

let bytes = 0;
get(`${url}feed?view=board`, (response) => {
  response.once('data', () => process.stdout.write('watching\n'));
  response.on('data', (chunk: Buffer) => (bytes += chunk.length));
});
process.stdin.on('data', () => process.stdout.write(`${bytes}\n`));
process.stdin.on('end', () => process.exit(0));
