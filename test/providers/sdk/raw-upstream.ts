/** A server that keeps every byte it gets, and answers with bytes of the test's own choosing. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { atEnd } from '../../persistence/scratch.ts';

export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each is written on its own. */
  readonly pieces: readonly (string | Uint8Array)[];
}

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  /** Without `host` and `connection`, which are the network's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawUpstream {
  readonly url: string;
  readonly requests: RawRequest[];
  answer: RawAnswer;
}

export async function rawUpstream(answer: RawAnswer): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const server = createServer((message, response) => {
    const { status = 200, headers = {}, pieces } = upstream.answer;
    void bodyOf(message).then((body) => {
      requests.push({
        method: message.method ?? '',
        url: message.url ?? '',
        headers: headersOf(message),
        body,
      });
      response.writeHead(status, headers);
      for (const piece of pieces) response.write(piece);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: RawUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
  };
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return upstream;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function headersOf(message: IncomingMessage): Record<string, string> {
  const { host: _, connection: __, ...rest } = message.headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}
