/**
 * Trips one breaker after another in a process that may not write files past a size, and reports
 * what the board says about its store. Ends when it has recovered.
 */
import { openBoard } from '../../../index.ts';

// Without a listener the signal of an overlong write ends the process.
process.on('SIGXFSZ', () => {});

const [path = ''] = process.argv.slice(2);
const board = await openBoard({ store: `sqlite:${path}`, defaults: { failureThreshold: 1 } });
let isFailed = false;
let isRecovered = false;
board.facts$.subscribe((fact) => {
  if (fact.type === 'store.failed') {
    isFailed = true;
    console.log(`failed ${fact.problem}`);
  } else if (fact.type === 'store.recovered') {
    isRecovered = true;
    console.log('recovered');
  }
});

let number = 0;
const tripOne = (): void => {
  board
    .breaker(`api ${number++} ${'x'.repeat(200)}`)
    .acquire()
    .fail();
};
const look = async (): Promise<void> => {
  if (!isFailed) for (let trips = 0; trips < 50; trips++) tripOne();
  const value = await board.breaker('working').call(() => 'works');
  if (value !== 'works') throw new Error('a call was broken');
  if (!isRecovered) return;
  clearInterval(work);
  await board.close();
  console.log(`tripped ${number}`);
};
const work = setInterval(() => void look(), 5);
