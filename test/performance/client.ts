/**
 * A client of the bench's upstream, in a process of its own: what one way of fetching leaves
 * behind, such as garbage, or code that V8 made for it, is no other's.
 * `node client.js URL WAY KIND TIMES` makes a round of so many calls for each line of its input,
 * and prints what it took; ends with its input.
 */
import { openProtected, PATHS, readJson, readStream, type Fetch } from './requests.ts';

/** One round. */
export interface Took {
  /** Of this process and all its threads. Microseconds. */
  readonly cpuUs: number;
  /** How long the first byte of each stream took; empty where the answers are JSON. */
  readonly firstsMs: readonly number[];
}

const [origin, way, kind, times] = process.argv.slice(2);
if (origin === undefined || (kind !== 'json' && kind !== 'stream')) {
  throw new Error('node client.js URL protected|bare json|stream TIMES');
}
const url = origin + PATHS[kind];
const fetch: Fetch =
  way === 'protected' ? (await openProtected()).fetch('openai') : globalThis.fetch;

async function round(): Promise<Took> {
  const firstsMs: number[] = [];
  const before = process.cpuUsage();
  for (let call = 0; call < Number(times); call++) {
    if (kind === 'json') await readJson(fetch, url);
    else firstsMs.push(await readStream(fetch, url));
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: user + system, firstsMs };
}

process.stdin.on('data', () => {
  void round().then((took) => process.stdout.write(`${JSON.stringify(took)}\n`));
});
process.stdin.on('end', () => process.exit(0));
