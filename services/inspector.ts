/** What a board's inspector is asked for, and what it is once it runs. */

export interface InspectOptions {
  /** 0 for any free one. @default 7787 */
  readonly port?: number;
  /**
   * The address to listen on. Whatever is not loopback can be seen by others. @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * The operator's token, 8 to 256 characters: who has it can act on breakers. Without one the
   * page shows, and does not act.
   * @default null
   */
  readonly token?: string | null;
  /** What the page calls this board, 1 to 80 characters. @default 'Fuseboard' */
  readonly title?: string;
  /**
   * A WebSocket address (`ws:` or `wss:`) that gets every actor's life in the JSON messages of
   * Stately's inspector. @default null
   */
  readonly forward?: string | null;
  /** Whether to serve the page. False only forwards. @default true */
  readonly page?: boolean;
}

/** A running inspector. It keeps no process alive. */
export interface Inspector extends AsyncDisposable {
  /** Address of the page, without the token; null where no page is served. */
  readonly url: string | null;
  /** The same, with the token in its fragment; null where there is no token. */
  readonly operatorUrl: string | null;
  /** How many pages are watching now. */
  readonly watcherCount: number;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}
