/** Uses everything that needs no database, and says whether one was loaded. */
import { createBreaker, openBoard } from '../../../index.ts';

const breaker = createBreaker({ failureThreshold: 1 });
breaker.acquire().fail();
const board = await openBoard();
board.breaker('api').forceOpen('by hand');

const report = process.report.getReport() as unknown as { sharedObjects: string[] };
const isLoaded = report.sharedObjects.some((name) => name.includes('better_sqlite3'));
console.log(isLoaded ? 'a database was loaded' : 'no database');
