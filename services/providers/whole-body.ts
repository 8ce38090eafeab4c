/** An answer read whole, once, within a bound. */

/** Reads a body to its end; null, with the body passed back unread, where it is too long. */
export async function readWhole(
  response: Response,
  bytesMax: number,
): Promise<Uint8Array | { readonly rest: ReadableStream<Uint8Array> }> {
  const { body, headers } = response;
  if (body === null) return new Uint8Array(0);
  const length = headers.get('content-length');
  // A compressed body may be longer than its length says.
  if (length !== null && Number(length) <= bytesMax && !headers.has('content-encoding')) {
    return new Uint8Array(await response.arrayBuffer());
  }
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(pieces, total);
    pieces.push(value);
    total += value.byteLength;
    if (total > bytesMax) return { rest: restOf(pieces, reader) };
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

/** What was read, and then what was not. */
function restOf(
  pieces: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const kept = pieces.shift();
        if (kept !== undefined) return controller.enqueue(kept);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** A response like another one, with a body that goes on. */
export function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url } = response;
  const content = body as ConstructorParameters<typeof Response>[0];
  const copy = new Response(content, { status, statusText, headers });
  // Clients name it in their logs and errors; a made response has none.
  Object.defineProperty(copy, 'url', { value: url });
  return copy;
}
