/** What a command needs of the process around it. Handed in, so that only `cli.ts` knows it. */

/** A stream to write to; `process.stdout` and `process.stderr` are such streams. */
export interface Output {
  write(text: string): unknown;
  /** True when it is a terminal. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
  /** Height of the terminal in lines. */
  readonly rows?: number;
  on(event: 'resize', run: () => void): unknown;
  off(event: 'resize', run: () => void): unknown;
}

export interface CommandIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Runs `run` at the first Ctrl-C or SIGTERM instead of ending the process; a second one ends it
   * at once. The returned function takes it back.
   */
  onInterrupt(run: () => void): () => void;
}

/** Whether to write colours: `NO_COLOR` and `FORCE_COLOR` decide, then whether it is a terminal. */
export function hasColour(output: Output, env: CommandIo['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return output.isTTY === true && env['TERM'] !== 'dumb';
}
