/** What a command tells its user when it cannot go on: one line, a hint, an exit code. */

/**
 * 0 is success; 1: it could not be done; 2: it was asked for in the wrong way; 3: it was done, and
 * found something wrong.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** The command cannot do its work. The message is one line. */
export class CommandError extends Error {
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(message: string, hint: string, exitCode: ExitCode = 1) {
    super(message);
    this.name = 'CommandError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** The command was called with arguments it does not take. */
export function usageError(message: string, hint: string): CommandError {
  return new CommandError(message, hint, 2);
}
