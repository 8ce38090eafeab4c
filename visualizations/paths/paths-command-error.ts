/** What `fuseboard paths` tells its user when it cannot go on: one line, a hint, an exit code. */
export class PathsCommandError extends Error {
  readonly hint: string;
  /** 1: it could not be done; 2: it was asked for in the wrong way. */
  readonly exitCode: 1 | 2;

  constructor(message: string, hint: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'PathsCommandError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
