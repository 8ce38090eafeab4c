/** Runs described tests and keeps what became of them, so that tests can be tested. */
import { expect } from 'vitest';

import type { TestRunner } from '../kit/index.ts';

export interface Collected {
  readonly title: string;
  readonly run: () => void | Promise<void>;
}

export class CollectingRunner implements TestRunner {
  readonly suites: string[] = [];
  readonly tests: Collected[] = [];
  readonly expect = expect;

  readonly describe = (title: string, body: () => void): void => {
    this.suites.push(title);
    body();
  };

  readonly it = (title: string, run: () => void | Promise<void>): void => {
    this.tests.push({ title, run });
  };

  /** Runs everything in order; the messages of the failures, by title. */
  async failures(): Promise<ReadonlyMap<string, string>> {
    const failures = new Map<string, string>();
    for (const { title, run } of this.tests) {
      try {
        await run();
      } catch (error) {
        failures.set(title, (error as Error).message);
      }
    }
    return failures;
  }
}
