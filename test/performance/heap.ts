/** What is left on the heap after all that can be collected was. */
import { collect } from './rounds.ts';

export function heapBytes(): number {
  for (let i = 0; i < 4; i++) collect();
  return process.memoryUsage().heapUsed;
}
