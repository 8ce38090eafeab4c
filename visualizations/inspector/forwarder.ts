/**
 * Sends the life of every actor to a receiver of the user's own, as Stately's inspector would. A
 * receiver that is away is tried again, ever more seldom; what it misses meanwhile is kept up to a
 * bound. Whoever receives something of an actor has been told the actor before.
 */
import { WebSocket } from 'ws';
import type { AnyActorRef, InspectionEvent } from 'xstate';

import type { Board } from '../../services/board.ts';
import type { Clock, TimerHandle } from '../../services/clock.ts';
import { forwardedMessage } from './forwarded-message.ts';

/** Messages kept for a receiver that is away or slow; beyond them the oldest are dropped. */
const WAITING_MAX = 200;
/** Bytes handed to the socket that have not left. */
const BUFFERED_MAX = 1_048_576;
const RETRY_MS = 500;
const RETRY_MAX_MS = 30_000;
const HANDSHAKE_MAX_MS = 10_000;
/** Receivers have nothing to say. */
const ANSWER_MAX = 65_536;

export interface ForwarderOptions {
  readonly url: string;
  readonly board: Pick<Board, 'inspectActors'>;
  readonly clock: Clock;
}

export interface Forwarder {
  /** Messages dropped so far. */
  readonly droppedCount: number;
  close(): void;
}

interface Waiting {
  readonly actor: AnyActorRef;
  readonly isActor: boolean;
  readonly text: string;
}

export function createForwarder({ url, board, clock }: ForwarderOptions): Forwarder {
  const waiting: Waiting[] = [];
  /** Actors that the receiver on the other end of this connection has been told. */
  let told = new WeakSet<AnyActorRef>();
  let socket: WebSocket | null = null;
  let timer: TimerHandle = null;
  let retryMs = RETRY_MS;
  let droppedCount = 0;
  let isClosed = false;

  const hear = (event: InspectionEvent): void => {
    const text = forwardedMessage(event, clock.nowMs());
    if (text === null) return;
    const actor = event.actorRef as AnyActorRef;
    waiting.push({ actor, isActor: event.type === '@xstate.actor', text });
    if (waiting.length > WAITING_MAX) {
      waiting.shift();
      droppedCount++;
    }
    pump();
  };

  const pump = (): void => {
    while (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < BUFFERED_MAX) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (!next.isActor && !told.has(next.actor)) send(introduction(next.actor));
      told.add(next.actor);
      send(next.text);
    }
  };

  const send = (text: string): void => socket?.send(text, () => pump());

  const introduction = (actor: AnyActorRef): string =>
    forwardedMessage(
      { type: '@xstate.actor', actorRef: actor, rootId: actor.sessionId },
      clock.nowMs(),
    ) as string;

  const connect = (): void => {
    timer = null;
    told = new WeakSet();
    const opened = new WebSocket(url, {
      handshakeTimeout: HANDSHAKE_MAX_MS,
      maxPayload: ANSWER_MAX,
      perMessageDeflate: false,
      // A receiver keeps no process alive.
      finishRequest(request) {
        request.on('socket', (tcp) => tcp.unref());
        request.end();
      },
    });
    socket = opened;
    opened.on('open', () => {
      retryMs = RETRY_MS;
      pump();
    });
    // A connection that failed closes too.
    opened.on('error', () => {});
    opened.on('close', () => {
      if (isClosed) return;
      timer = clock.setTimer(retryMs, false, connect);
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    });
  };

  const subscription = board.inspectActors(hear);
  connect();
  return {
    get droppedCount() {
      return droppedCount;
    },
    close() {
      isClosed = true;
      subscription.unsubscribe();
      if (timer !== null) clock.clearTimer(timer);
      if (socket?.readyState === WebSocket.OPEN) socket.close();
      else socket?.terminate();
      waiting.length = 0;
    },
  };
}
