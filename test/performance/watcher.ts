/**
 * A page that watches, in a process of its own, so that what reading costs is not the inspector's:
 * `node watcher.js URL`. Prints a line once it is told something; ends with its input.
 */
import { get } from 'node:http';

const url = process.argv[2];
if (url === undefined) throw new Error('node watcher.js URL');

get(`${url}feed?view=board`, (response) => {
  response.once('data', () => process.stdout.write('watching\n'));
  response.resume();
});
process.stdin.resume().on('end', () => process.exit(0));
