/** What is forwarded is what Stately's own inspector would have sent, and bounded. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { createWebSocketInspector } from '@statelyai/inspect';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { InspectionEvent } from 'xstate';

import { failTimes, openVirtualBoard, QUICK } from '../board/open-boards.ts';
import { createForwarder } from '../../visualizations/inspector/forwarder.ts';
import { systemClock } from '../../services/clock.ts';

interface Message {
  readonly type: string;
  readonly name?: string;
  readonly sessionId: string;
  readonly createdAt?: string;
  readonly event?: { readonly type: string };
}

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** A receiver of the user's own. */
class Receiver {
  readonly messages: Message[] = [];
  readonly #server: WebSocketServer;
  readonly #heard: (() => void)[] = [];

  constructor(port = 0) {
    this.#server = new WebSocketServer({ host: '127.0.0.1', port });
    this.#server.on('connection', (socket: WebSocket) => {
      socket.on('message', (data: Buffer) => {
        this.messages.push(JSON.parse(data.toString()) as Message);
        for (const heard of this.#heard.splice(0)) heard();
      });
    });
    ended.push(() => this.end());
  }

  async url(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async until(fits: (messages: readonly Message[]) => boolean): Promise<Message[]> {
    while (!fits(this.messages)) {
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
    return this.messages;
  }

  get connectionCount(): number {
    return this.#server.clients.size;
  }

  end(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

const timeless = (messages: readonly Message[]): unknown[] =>
  messages.map(({ createdAt, ...rest }) => {
    expect(createdAt).toMatch(/^\d{13}$/);
    return rest;
  });

const count = (wanted: number) => (messages: readonly Message[]) => messages.length >= wanted;

test("the messages are those of Stately's own inspector for the same actor", async () => {
  const [ours, theirs] = [new Receiver(), new Receiver()];
  const { board } = await openVirtualBoard();
  const forwarding = await board.inspect({ page: false, forward: await ours.url() });
  expect([forwarding.url, forwarding.operatorUrl]).toEqual([null, null]);
  const stately = createWebSocketInspector({ url: await theirs.url() });
  ended.push(() => stately.stop());
  board.inspectActors((event: InspectionEvent) => stately.inspect.next?.(event));
  const breaker = board.breaker('a', QUICK);
  // Stately's looks at an actor a turn after it heard of it.
  void breaker.actor;
  await theirs.until(count(3));
  failTimes(breaker, 1);
  breaker.forceOpen('drill', { by: 'ann' });
  breaker.actor.send({ type: 'probe.due', atMs: 1 });
  // The actor; and event and snapshot of its start, two events that moved it, and one that did not.
  const [sent, expected] = [await ours.until(count(9)), await theirs.until(count(9))];
  expect(timeless(sent)).toEqual(timeless(expected));
  expect(sent.map(({ type, event }) => event?.type ?? type)).toEqual([
    '@xstate.actor',
    ...['xstate.init', 'trip', 'operator.force_open', 'probe.due'].flatMap((type) => [type, type]),
  ]);
});

test('a receiver that comes back is told the rest, and each actor again before its events', async () => {
  const first = new Receiver();
  const url = await first.url();
  const { board, clock } = await openVirtualBoard();
  const breaker = board.breaker('a', QUICK);
  await board.inspect({ page: false, forward: url });
  failTimes(breaker, 1);
  await first.until((messages) => messages.some(({ event }) => event?.type === 'trip'));
  first.end();
  breaker.forceOpen('while nobody received');
  const second = new Receiver(Number(new URL(url).port));
  await second.url();
  const back = second.until((messages) => messages.length >= 3).then(() => true);
  while (!(await Promise.race([back, clock.advanceAsync(1_000).then(() => false)]))) {
    breaker.actor.send({ type: 'probe.due', atMs: 1 });
  }
  expect(second.messages[0]).toMatchObject({ type: '@xstate.actor', name: 'a' });
  const { sessionId } = second.messages[0] as Message;
  expect(second.messages[1]).toMatchObject({ type: '@xstate.event', sessionId });
});

test('a receiver that is away costs two hundred messages at most; the oldest are dropped', async () => {
  const { board, clock } = await openVirtualBoard();
  const { actor } = board.breaker('a');
  const forwarder = createForwarder({ url: 'ws://127.0.0.1:9', board, clock });
  ended.push(() => forwarder.close());
  for (let index = 0; index < 300; index++) actor.send({ type: 'probe.due', atMs: index });
  // One for the actor, two for each event.
  expect(forwarder.droppedCount).toBe(1 + 600 - 200);
  expect(clock.heldCount).toBe(0);
});

test('closing lets go of the actors and of the receiver', async () => {
  const receiver = new Receiver();
  const { board } = await openVirtualBoard();
  const { actor } = board.breaker('a');
  const forwarder = createForwarder({ url: await receiver.url(), board, clock: systemClock });
  await receiver.until(count(1));
  forwarder.close();
  for (let index = 0; index < 300; index++) actor.send({ type: 'probe.due', atMs: index });
  expect(forwarder.droppedCount).toBe(0);
  expect(receiver.messages).toHaveLength(1);
});

test('an inspector that is closed lets go of the receiver', async () => {
  const receiver = new Receiver();
  const { board } = await openVirtualBoard();
  void board.breaker('a', QUICK);
  const inspector = await board.inspect({ page: false, forward: await receiver.url() });
  await expect.poll(() => receiver.connectionCount).toBe(1);
  await inspector.close();
  await expect.poll(() => receiver.connectionCount).toBe(0);
});
