/**
 * The least there is: a breaker around `fetch`. A small server on loopback fails three times; the
 * breaker opens, refuses without sending anything, and closes when a probe succeeds.
 *
 *   npm run build && npx tsx examples/fetch-through-a-breaker.ts
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { createBreaker, isFuseboardError } from 'fuseboard';

let requests = 0;
const server = createServer((_, response) => {
  response.statusCode = ++requests <= 3 ? 503 : 200;
  response.end('sunny');
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/forecast`;

const breaker = createBreaker({ name: 'weather', failureThreshold: 3, recoveryTimeoutMs: 200 });

async function forecast(): Promise<string> {
  return await breaker.call(async () => {
    const response = await fetch(url);
    // fetch calls a 503 an answer; a breaker should hear of it.
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.text();
  });
}

for (let call = 1; call <= 5; call++) {
  try {
    console.log(`call ${call}: ${await forecast()}`);
  } catch (error) {
    const how = isFuseboardError(error) ? 'refused' : 'failed';
    console.log(`call ${call} ${how}: ${(error as Error).message}`);
  }
}

await sleep(250);
console.log(`later: ${await forecast()}, and the breaker is ${breaker.state}`);
console.log(`the server got ${requests} requests for 6 calls`);
server.close();
