/**
 * The inspector's HTTP server: the page, its feed, its drawings, and acts of an operator. Every
 * request is bounded in size and time, and none keeps the process alive.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { FuseboardError } from '../../services/errors.ts';
import { bracketed } from './request-checks.ts';

/** Connections at once; beyond them new ones are closed. */
const CONNECTIONS_MAX = 128;

const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
};

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** @throws FuseboardError inspector_unavailable */
export async function startServer(
  host: string,
  port: number,
  routeOf: (port: number) => Route,
): Promise<RunningServer> {
  const server = createServer(LIMITS);
  const sockets = new Set<Socket>();
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.unref();
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', refuse);
  const actualPort = await listen(server, host, port);
  const route = routeOf(actualPort);
  server.on('request', (request, response) => void answer(route, request, response));
  return {
    port: actualPort,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => response.destroy());
  request.on('error', () => response.destroy());
  try {
    await route(request, response);
  } catch {
    // Nothing is known to throw; whatever does costs its own connection alone.
    response.destroy();
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(unavailable(error, host, port));
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      // One connection that cannot be taken is no reason to end.
      server.on('error', () => {});
      server.unref();
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not listen there',
  EADDRINUSE: 'something else listens there already',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'nobody knows that host',
};

function unavailable(cause: NodeJS.ErrnoException, host: string, port: number): FuseboardError {
  const why = CAUSES[cause.code ?? ''] ?? cause.message;
  return new FuseboardError(
    'inspector_unavailable',
    `the inspector cannot listen on ${bracketed(host)}:${port}: ${why}`,
    { cause, hint: 'Choose another inspect.port (0 takes any free one) or inspect.host.' },
  );
}

/** What is no HTTP, too much of it, or too slow. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
