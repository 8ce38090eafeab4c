/** The inspector of a run: where it is served, and with which operator's token. */
import { randomBytes } from 'node:crypto';

import type { Board, Inspector } from '../../index.ts';
import { isFuseboardError } from '../../index.ts';
import { CommandError } from '../terminal/command-error.ts';

export interface PageOptions {
  /** Undefined: the usual one, or any free one where somebody else has that. */
  readonly port: number | undefined;
}

/** Who runs a demo may act in it: it has a token of its own, made anew each time. */
const TOKEN_BYTES = 9;

/**
 * Serves the page until the board is closed; answers its address.
 * @throws CommandError when the port that was asked for cannot be had.
 */
export async function openPage(board: Board, { port }: PageOptions): Promise<string> {
  const open = (at: number | undefined): Promise<Inspector> =>
    board.inspect({
      ...(at === undefined ? {} : { port: at }),
      token: randomBytes(TOKEN_BYTES).toString('base64url'),
      title: 'Fuseboard demo',
    });
  const inspector = await open(port).catch((error: unknown) => {
    if (!isFuseboardError(error)) throw error;
    if (port === undefined) return open(0);
    throw new CommandError(error.message, 'Name another port with --port, or 0 for any free one.');
  });
  return inspector.operatorUrl ?? '';
}
