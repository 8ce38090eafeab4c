/**
 * A provider on loopback that bills for real work: whatever reaches it is done and billed, whether
 * or not its caller lives to hear the answer. What it has seen is the auditor's only source, and no
 * part of Fuseboard.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { atEnd } from '../persistence/scratch.ts';
import { costOf, worstOf, type PricedCall } from './tariff.ts';

/** A call that reached the provider. */
export interface SeenCall extends PricedCall {
  /** Who called: a number that the caller was started with. */
  readonly caller: number;
  /** Nano-dollars; 0 for one that failed. The worst case for one whose end nobody decided. */
  billNanoUsd: number;
}

/** How the provider treats a call. */
export interface Service {
  /** Milliseconds until the answer; null: never. */
  readonly afterMs: number | null;
  /** Null: fails with 500, and costs nothing. */
  readonly outputTokens: number | null;
}

export interface Upstream {
  readonly port: number;
  /** In the order of their arrival. */
  readonly calls: readonly SeenCall[];
  /** Resolves when the call of that number has arrived. */
  arrived(number: number): Promise<SeenCall>;
  /** Resolves when so many calls of a caller have arrived, or were answered. */
  reached(what: 'arrived' | 'answered', caller: number, count: number): Promise<void>;
  /** Answers a call that waits. */
  answer(number: number, outputTokens: number): void;
  /** Fails a call that waits: it costs nothing. */
  fail(number: number): void;
}

interface Milestone {
  readonly isReached: () => boolean;
  readonly reach: () => void;
}

/** Started for one test. Without a `serve`, calls wait until the test answers them. */
export async function startUpstream(serve?: (call: PricedCall) => Service): Promise<Upstream> {
  const calls: SeenCall[] = [];
  const waiting = new Map<number, ServerResponse>();
  const counts = { arrived: new Map<number, number>(), answered: new Map<number, number>() };
  const milestones = new Set<Milestone>();

  const passed = (): void => {
    for (const milestone of milestones) {
      if (!milestone.isReached()) continue;
      milestones.delete(milestone);
      milestone.reach();
    }
  };
  const when = (isReached: () => boolean): Promise<void> =>
    new Promise((reach) => {
      milestones.add({ isReached, reach });
      passed();
    });
  const count = (what: 'arrived' | 'answered', caller: number): void => {
    counts[what].set(caller, (counts[what].get(caller) ?? 0) + 1);
  };
  const find = (number: number): SeenCall => {
    const call = calls.find((one) => one.number === number);
    if (call === undefined) throw new Error(`call ${number} has not arrived`);
    return call;
  };
  const bill = (call: SeenCall, outputTokens: number | null): void => {
    call.billNanoUsd = outputTokens === null ? 0 : costOf(call, outputTokens);
  };
  const send = (call: SeenCall, response: ServerResponse, outputTokens: number | null): void => {
    response.statusCode = outputTokens === null ? 500 : 200;
    response.end(JSON.stringify({ outputTokens }), () => {
      count('answered', call.caller);
      passed();
    });
  };
  const end = (number: number, outputTokens: number | null): void => {
    const [call, response] = [find(number), waiting.get(number)];
    if (response === undefined) throw new Error(`call ${number} does not wait`);
    waiting.delete(number);
    bill(call, outputTokens);
    send(call, response, outputTokens);
  };

  const server = createServer((request, response) => {
    const call = callIn(request.url ?? '');
    calls.push(call);
    if (serve === undefined) waiting.set(call.number, response);
    else {
      const { afterMs, outputTokens } = serve(call);
      bill(call, outputTokens);
      if (afterMs !== null) setTimeout(() => send(call, response, outputTokens), afterMs);
    }
    count('arrived', call.caller);
    passed();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });

  return {
    port: (server.address() as AddressInfo).port,
    calls,
    async arrived(number) {
      await when(() => calls.some((call) => call.number === number));
      return find(number);
    },
    reached: (what, caller, number) => when(() => (counts[what].get(caller) ?? 0) >= number),
    answer: end,
    fail: (number) => end(number, null),
  };
}

function callIn(url: string): SeenCall {
  const query = new URL(url, 'http://upstream').searchParams;
  const call: SeenCall = {
    number: Number(query.get('number')),
    tenant: query.get('tenant') ?? '',
    model: query.get('model') ?? '',
    maxOutputTokens: Number(query.get('maxOutputTokens')),
    caller: Number(query.get('caller')),
    billNanoUsd: 0,
  };
  call.billNanoUsd = worstOf(call);
  return call;
}
