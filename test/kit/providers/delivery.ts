/**
 * How an answer goes over the wire: which pieces, how far apart, and how it ends. A pure decision
 * from a reply and a behaviour; `exchange.ts` does the sending.
 */
import type { Behaviour } from './behaviours.ts';
import type { Latency } from './latency.ts';
import type { Frame, Reply, StreamReply, WholeReply } from './reply.ts';
import type { JsonObject } from './usage-fault.ts';

export interface Delivery {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly string[];
  /** Pieces after which it falls silent; -1: before the headers; null: never. */
  readonly stallAfter: number | null;
  /** Null: until the client leaves. */
  readonly stallForMs: number | null;
  /** Between pieces; null: as the provider usually does. */
  readonly gapMs: Latency | null;
  /** Properly, by closing the connection, or by resetting it before the headers. */
  readonly end: 'end' | 'cut' | 'reset';
}

/** Pieces of an answer that is no stream, where pieces matter. */
const PIECES = 8;
const HUGE_BYTES = 16 * 1024 * 1024;
/** Of a huge piece, what is handed to the socket at once. */
export const WRITE_BYTES_MAX = 65_536;

export function delivery(reply: Reply, behaviour: Behaviour): Delivery {
  const headers = changedHeaders(reply.headers, behaviour.headers);
  const isStream = 'frames' in reply;
  const whole = isStream ? reply.frames.map(({ wire }) => wire) : [bodyText(reply)];
  const inPieces = (): readonly string[] => (isStream ? whole : parts(whole[0] as string, PIECES));
  const sized = (pieces: readonly string[]): Delivery => {
    const bytes = whole.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
    const length = isStream ? {} : { 'content-length': String(bytes) };
    return { ...PLAIN, status: reply.status, headers: { ...headers, ...length }, pieces };
  };
  const unsized = (pieces: readonly string[]): Delivery => ({
    ...PLAIN,
    status: reply.status,
    headers,
    pieces,
  });

  switch (behaviour.type) {
    case 'stall': {
      const stalled = behaviour.afterChunks === undefined ? sized(whole) : sized(inPieces());
      const stallAfter = behaviour.afterChunks ?? -1;
      return { ...stalled, stallAfter, stallForMs: behaviour.forMs ?? null };
    }
    case 'drip':
      return { ...sized(inPieces()), gapMs: behaviour.gapMs };
    case 'cut': {
      const { pieces, ...rest } = sized(inPieces());
      return { ...rest, pieces: pieces.slice(0, behaviour.afterChunks ?? 1), end: 'cut' };
    }
    case 'unfinished':
      return unsized(
        isStream
          ? unfinished(reply, behaviour.without ?? 'end', behaviour.afterChunks ?? Infinity)
          : inPieces().slice(0, behaviour.afterChunks ?? PIECES / 2),
      );
    case 'error_frame': {
      if (!isStream) return sized(whole);
      const sent = whole.slice(0, behaviour.afterChunks ?? 1);
      return unsized([...sent, reply.errorFrame(behaviour.code, behaviour.message)]);
    }
    case 'bad_json':
      return unsized(isStream ? broken(whole, behaviour.afterChunks ?? 1) : [half(whole.join(''))]);
    case 'empty':
      return unsized([]);
    case 'reset':
      return { ...unsized([]), end: 'reset' };
    case 'huge':
      return unsized(huge(reply, behaviour.bytes ?? HUGE_BYTES));
    default:
      return sized(whole);
  }
}

const PLAIN = { stallAfter: null, stallForMs: null, gapMs: null, end: 'end' } as const;

const bodyText = ({ body }: WholeReply): string =>
  typeof body === 'string' ? body : JSON.stringify(body);

function changedHeaders(
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const changed: Record<string, string> = { ...headers };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete changed[name.toLowerCase()];
    else changed[name.toLowerCase()] = value;
  }
  return changed;
}

function parts(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

function unfinished(
  { frames }: StreamReply,
  without: 'end' | 'done',
  deltasMax: number,
): readonly string[] {
  const omitted: readonly Frame['part'][] = without === 'done' ? ['done'] : ['end', 'done'];
  let deltas = 0;
  return frames
    .filter(({ part }) => {
      if (part === 'delta') deltas += 1;
      return !omitted.includes(part) && (part !== 'delta' || deltas <= deltasMax);
    })
    .map(({ wire }) => wire);
}

const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

/** The frame after so many breaks off in its middle, and is ended as a frame; the rest follows. */
function broken(frames: readonly string[], after: number): string[] {
  return frames.map((wire, index) => {
    if (index !== Math.min(after, frames.length - 1)) return wire;
    const ending = wire.endsWith('\n\n') ? '\n\n' : '\n';
    return `${half(wire)}${ending}`;
  });
}

function huge(reply: Reply, bytes: number): string[] {
  const filler = 'x'.repeat(bytes);
  if ('frames' in reply) {
    const [first, ...rest] = reply.frames.map(({ wire }) => wire);
    const isSse = first?.endsWith('\n\n') === true;
    const line = JSON.stringify({ padding: filler });
    return [first ?? '', isSse ? `data: ${line}\n\n` : `${line}\n`, ...rest];
  }
  if (typeof reply.body === 'string') return [reply.body, filler];
  const padded: JsonObject = { ...reply.body, padding: filler };
  return [JSON.stringify(padded)];
}
