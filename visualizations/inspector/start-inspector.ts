/**
 * The inspector of a board: its page, and what is forwarded. Loaded by boards that are asked for
 * it; listens to the board only while somebody watches.
 */
import type { Board } from '../../services/board.ts';
import type { Clock } from '../../services/clock.ts';
import type { InspectOptions, Inspector } from '../../services/inspector.ts';
import type { BoardInside } from './board-inside.ts';
import { Feed } from './feed.ts';
import { createForwarder, type Forwarder } from './forwarder.ts';
import { resolveInspectOptions, type ResolvedInspectOptions } from './inspect-options.ts';
import { startServer, type RunningServer } from './inspector-server.ts';
import { createOperatorToken } from './operator-token.ts';
import { readPage } from './page-files.ts';
import { bracketed, createRequestChecks } from './request-checks.ts';
import { createRoutes } from './routes.ts';

export interface InspectorDeps extends Omit<BoardInside, 'board'> {
  readonly clock: Clock;
  readonly onClosed: (inspector: Inspector) => void;
}

/** @throws FuseboardError invalid_option, inspector_unavailable */
export async function startInspector(
  board: Board,
  options: InspectOptions,
  deps: InspectorDeps,
): Promise<Inspector> {
  const config = resolveInspectOptions(options);
  const served = config.page ? await serve({ board, ...deps }, config, deps.clock) : null;
  const { forward } = config;
  const forwarder =
    forward === null ? null : createForwarder({ url: forward, board, clock: deps.clock });
  return running(config, served, forwarder, deps.onClosed);
}

interface Served {
  readonly feed: Feed;
  readonly server: RunningServer;
}

async function serve(
  inside: BoardInside,
  { host, port, title, token }: ResolvedInspectOptions,
  clock: Clock,
): Promise<Served> {
  const page = await readPage();
  const feed = new Feed({ ...inside, title, isOperable: token !== null });
  const operator = createOperatorToken(token, clock);
  const server = await startServer(host, port, (actualPort) =>
    createRoutes({
      inside,
      feed,
      page,
      checks: createRequestChecks(host, actualPort),
      token: operator,
    }),
  );
  return { feed, server };
}

function running(
  { host, token }: ResolvedInspectOptions,
  served: Served | null,
  forwarder: Forwarder | null,
  onClosed: (inspector: Inspector) => void,
): Inspector {
  const url = served === null ? null : `http://${shownHost(host)}:${served.server.port}/`;
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    forwarder?.close();
    served?.feed.end();
    await served?.server.close();
    onClosed(inspector);
  };
  const inspector: Inspector = {
    url,
    operatorUrl:
      url === null || token === null ? null : `${url}#token=${encodeURIComponent(token)}`,
    get watcherCount() {
      return served?.feed.watcherCount ?? 0;
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => inspector.close(),
  };
  return inspector;
}

/** Where every address is listened on, the one that this machine reaches itself by. */
const shownHost = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : bracketed(host);
