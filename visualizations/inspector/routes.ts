/** Which request gets which answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { ownDrawing } from '../diagram/own-drawing.ts';
import { perform } from './acts.ts';
import type { BoardInside } from './board-inside.ts';
import { feedViewOf } from './feed-view.ts';
import { WATCHERS_MAX, type Feed } from './feed.ts';
import type { Route } from './inspector-server.ts';
import type { OperatorToken, TokenAnswer } from './operator-token.ts';
import type { PageFile } from './page-files.ts';
import type { Problem } from './protocol.ts';
import { BODY_MAX, readBody } from './read-body.ts';
import { replyDone, replyFile, replyJson, replyProblem, replyStream } from './replies.ts';
import type { RequestChecks } from './request-checks.ts';

export interface RoutesParts {
  readonly inside: BoardInside;
  readonly feed: Feed;
  readonly page: ReadonlyMap<string, PageFile>;
  readonly checks: RequestChecks;
  readonly token: OperatorToken;
}

const DRAWING = /^\/drawing\/([\w-]{1,64})\.json$/;

export function createRoutes(parts: RoutesParts): Route {
  return async (request, response) => {
    const refused = parts.checks.check(request);
    if (refused !== null) return replyProblem(response, refused.status, refused.problem);
    const { pathname, searchParams } = new URL(`http://inspector${pathOf(request)}`);
    if (pathname === '/act') {
      if (isMethod(request, response, ['POST'])) await act(parts, request, response);
      return;
    }
    const file = parts.page.get(pathname);
    if (file !== undefined) {
      if (isMethod(request, response, ['GET', 'HEAD'])) replyFile(request, response, file);
      return;
    }
    if (pathname === '/feed') {
      if (isMethod(request, response, ['GET'])) watch(parts, request, response, searchParams);
      return;
    }
    if (pathname === '/favicon.ico') return replyDone(response);
    const chartId = DRAWING.exec(pathname)?.[1];
    const drawing = chartId === undefined ? null : ownDrawing(chartId);
    if (drawing === null) return replyProblem(response, 404, NOT_FOUND);
    if (isMethod(request, response, ['GET', 'HEAD'])) replyJson(request, response, drawing);
  };
}

const NOT_FOUND: Problem = { code: 'not_found', message: 'There is nothing at this address.' };

/** Whatever stands in the request line, as a path: `*` and whole URLs too. */
const pathOf = ({ url = '/' }: IncomingMessage): string => (url.startsWith('/') ? url : `/?${url}`);

function isMethod(
  { method = '' }: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): boolean {
  if (allowed.includes(method)) return true;
  const message = `Only ${allowed.join(' and ')} can be asked here.`;
  replyProblem(response, 405, { code: 'wrong_method', message }, { allow: allowed.join(', ') });
  return false;
}

function watch(
  { feed }: RoutesParts,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void {
  const view = feedViewOf(query.get('view'));
  if (view === null) {
    const message = 'view must be board, breaker/NAME, money or coverage.';
    return replyProblem(response, 400, { code: 'unknown_view', message });
  }
  if (feed.isFull) {
    const message = `At most ${WATCHERS_MAX} pages can watch at once.`;
    return replyProblem(
      response,
      503,
      { code: 'too_many_watchers', message },
      { 'retry-after': '5' },
    );
  }
  const lastId = request.headers['last-event-id'] ?? query.get('since');
  replyStream(response);
  feed.join(response, view, typeof lastId === 'string' ? lastId : null);
}

const TOKEN_PROBLEMS: Readonly<
  Record<Exclude<TokenAnswer, 'right'>, readonly [status: number, message: string]>
> = {
  none: [403, 'This inspector shows and does not act: it was started without a token.'],
  missing: [401, "Acting takes the operator's token."],
  wrong: [401, 'That is not the token.'],
  too_often: [429, 'Too many wrong tokens came from there: try again in a minute.'],
};

async function act(
  { inside, token }: RoutesParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { authorization } = request.headers;
  const answer = token.check(authorization, request.socket.remoteAddress ?? '');
  if (answer !== 'right') {
    const [status, message] = TOKEN_PROBLEMS[answer];
    const headers =
      status === 401
        ? { 'www-authenticate': 'Bearer' }
        : status === 429
          ? { 'retry-after': '60' }
          : {};
    return replyProblem(response, status, { code: `token_${answer}`, message }, headers);
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    const message = 'An act is sent as application/json.';
    return replyProblem(response, 415, { code: 'not_json', message });
  }
  const body = await readBody(request);
  if (!body.ok) {
    if (body.problem === 'too_large') {
      const message = `An act has at most ${BODY_MAX} bytes.`;
      return replyProblem(response, 413, { code: 'too_large', message });
    }
    return replyProblem(response, 400, { code: 'not_json', message: 'That is no JSON.' });
  }
  const refused = perform(inside, body.value);
  if (refused === null) replyDone(response);
  else replyProblem(response, refused.status, refused.problem);
}
