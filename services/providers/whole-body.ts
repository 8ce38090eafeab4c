/** An answer read whole, once, within a bound; or passed on, where nobody looks at it. */
import { onAbort } from '../abort.ts';
import { streamedResponse } from './streamed-response.ts';

/** Reads a body to its end; where it is too long, it comes back to be read by who wants it. */
export async function readWhole(
  response: Response,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | { readonly rest: ReadableStream<Uint8Array> }> {
  const { body } = response;
  if (body === null) return new Uint8Array(0);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces, total);
    pieces.push(value);
    total += value.byteLength;
    if (total > bytesMax) return { rest: restOf(pieces, reader, signal) };
  }
}

function joined(pieces: readonly Uint8Array[], total: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(total);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.byteLength;
  }
  return whole;
}

/** What was read, and then what was not. Its call has ended: the signal is all that ends it. */
function restOf(
  pieces: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let disregard = (): void => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => {
          disregard();
          controller.error(signal?.reason);
          reader.cancel(signal?.reason).catch(() => {});
        };
        if (signal?.aborted) end();
        else disregard = onAbort(signal, end);
      },
      async pull(controller) {
        const kept = pieces.shift();
        if (kept !== undefined) return controller.enqueue(kept);
        try {
          const { done, value } = await reader.read();
          if (signal?.aborted) return;
          if (!done) return controller.enqueue(value);
          disregard();
          controller.close();
        } catch (error) {
          disregard();
          throw error;
        }
      },
      cancel(reason) {
        disregard();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A response that nobody looks at; its client can abort it still. */
export function passedOn(response: Response, signal: AbortSignal | undefined): Response {
  const { body } = response;
  if (body === null || signal === undefined) return response;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  return streamedResponse(response, restOf([], reader, signal));
}
