/** One case in a process of its own: `node --expose-gc child.js ID PACE`, result on stdout. */
import { isRace, type Pace } from './case.ts';
import { CASES } from './cases.ts';
import { runRace } from './rounds.ts';

const [id, text] = process.argv.slice(2);
const found = CASES.find((one) => one.id === id);
if (found === undefined || text === undefined) throw new Error(`there is no case "${id}"`);
const pace = JSON.parse(text) as Pace;
const result = isRace(found) ? await runRace(found, pace) : await found.read(pace);
process.stdout.write(JSON.stringify(result));
