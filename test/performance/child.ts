/** One case in a process of its own: `node --expose-gc child.js ID PACE`, result on stdout. */
import { isRace, type Pace } from './case.ts';
import { CASES } from './cases.ts';
import { runRace } from './rounds.ts';

const [id, pace] = process.argv.slice(2);
const found = CASES.find((one) => one.id === id);
if (found === undefined || pace === undefined) throw new Error(`there is no case "${id}"`);
const result = isRace(found) ? await runRace(found, JSON.parse(pace) as Pace) : await found.read();
process.stdout.write(JSON.stringify(result));
