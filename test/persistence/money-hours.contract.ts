/** What was spent hour by hour, of calls that say this or that. */
import { describe, expect, it } from 'vitest';

import type { SpendScope } from '../../persistence/cost-report.ts';
import type { LedgerLabels } from '../../persistence/ledger-batch.ts';
import { HOUR_MS, join, labels, outside, type Fresh } from './money-holder.ts';

/** A full hour. */
const START_MS = 472_222 * HOUR_MS;
const EVERYTHING: SpendScope = {
  breaker: null,
  provider: null,
  model: null,
  operation: null,
  tags: [],
  part: null,
};

const MINI = labels();
const LARGE = labels({ model: 'gpt-4o', operation: 'chat', tags: [['tenant', 'acme']] });
const SEARCH = labels({
  breaker: 'perplexity',
  provider: null,
  model: null,
  tags: [
    ['tenant', 'zeta'],
    ['user', 'kim'],
  ],
});

const row = (given: LedgerLabels, costNanoUsd: number, hour = 0) => ({
  accounts: [],
  labels: given,
  costNanoUsd,
  reservedAtMs: START_MS + hour * HOUR_MS,
});

export function describeHours(fresh: () => Fresh): void {
  describe('spend by the hour', () => {
    async function spent() {
      const holder = await join(fresh().doors);
      await holder.commit({
        rows: [row(SEARCH, 7, 3), row(MINI, 10), row(MINI, 20, 0.9), row(LARGE, 100, 1)],
        refused: [{ labels: MINI, count: 1, expectedNanoUsd: 5, atMs: START_MS + 2 * HOUR_MS }],
      });
      const ask = async (scope: Partial<SpendScope>, sinceMs: number | null = null) => {
        const query = { scope: { ...EVERYTHING, ...scope }, sinceMs };
        const [hours = []] = await holder.door.spendByHour([query]);
        return hours.map(({ hourMs, costNanoUsd }) => [(hourMs - START_MS) / HOUR_MS, costNanoUsd]);
      };
      return { holder, ask };
    }

    it('has the hours in which something was spent, oldest first', async () => {
      const { ask } = await spent();
      expect(await ask({})).toEqual([
        [0, 30],
        [1, 100],
        [3, 7],
      ]);
    });

    it.each<[string, Partial<SpendScope>, number[][]]>([
      ['of one breaker', { breaker: 'perplexity' }, [[3, 7]]],
      ['of one provider', { provider: 'openai' }, [[0, 30], [1, 100]]], // prettier-ignore
      ['of one model', { model: 'gpt-4o' }, [[1, 100]]],
      ['of one operation', { operation: 'chat' }, [[1, 100]]],
      ['of one tag', { tags: [['tenant', 'zeta']] }, [[3, 7]]],
      ['of two tags', { tags: [['tenant', 'zeta'], ['user', 'ann']] }, []], // prettier-ignore
      ['of both a breaker and a model', { breaker: 'perplexity', model: 'gpt-4o' }, []],
      ['of one part by tag', { part: { of: 'tag:tenant', value: 'acme' } }, [[1, 100]]],
      ['of those without the tag', { part: { of: 'tag:tenant', value: '' } }, [[0, 30]]],
      ['of one part by model', { part: { of: 'model', value: 'gpt-4o' } }, [[1, 100]]],
      ['of those without a model', { part: { of: 'model', value: '' } }, [[3, 7]]],
    ])('knows those %s', async (_, scope, hours) => {
      const { ask } = await spent();
      expect(await ask(scope)).toEqual(hours);
    });

    it('begins at the full hour of the instant asked for', async () => {
      const { ask } = await spent();
      expect(await ask({}, START_MS + HOUR_MS - 1)).toHaveLength(3);
      expect(await ask({}, START_MS + HOUR_MS + 1)).toEqual([
        [1, 100],
        [3, 7],
      ]);
      expect(await ask({}, START_MS + 4 * HOUR_MS)).toEqual([]);
    });

    it('answers each of several questions for itself, in order', async () => {
      const { holder } = await spent();
      const answers = await holder.door.spendByHour([
        { scope: { ...EVERYTHING, breaker: 'nobody' }, sinceMs: null },
        { scope: EVERYTHING, sinceMs: START_MS + 2 * HOUR_MS },
        { scope: { ...EVERYTHING, model: 'gpt-4o' }, sinceMs: null },
      ]);
      expect(answers.map((hours) => hours.map(({ costNanoUsd }) => costNanoUsd))).toEqual([
        [],
        [7],
        [100],
      ]);
      expect(await holder.door.spendByHour([])).toEqual([]);
    });

    it('counts what others report, and no bill', async () => {
      const { holder, ask } = await spent();
      const cost = { ...outside('a', 5, []), atMs: START_MS + 5 * HOUR_MS };
      await holder.door.bookOutside([cost, { ...cost, id: 'b', kind: 'billed' }]);
      expect(await ask({}, START_MS + 4 * HOUR_MS)).toEqual([[5, 5]]);
    });

    it('tells the same once the rows are gone', async () => {
      const { holder, ask } = await spent();
      const before = await ask({});
      await holder.door.compact(START_MS + 9 * HOUR_MS);
      expect(await ask({})).toEqual(before);
    });
  });
}
