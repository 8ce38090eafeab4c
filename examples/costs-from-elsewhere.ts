/**
 * Costs that other services report, and a rule that acts upon them: events move the same budgets as
 * calls of the board's own, each counts once however often it comes, and a bill is compared with
 * the books instead of being charged again.
 *
 *   npm run build && npx tsx examples/costs-from-elsewhere.ts
 */
import { filter, from } from 'rxjs';

import { formatUsd, openBoard, usd, type IngestEvent } from 'fuseboard';

await using board = await openBoard({
  budgets: [{ id: 'daily', limit: usd(10), period: 'day', timeZone: 'UTC' }],
  rules: [
    { id: 'look', type: 'daily_percentage', threshold: 50, action: 'alert', priority: 1 },
    {
      id: 'dear-calls-wait',
      type: 'daily_percentage',
      threshold: 70,
      action: 'block',
      priority: 20,
      when: { models: ['o3'] },
    },
  ],
  tokenizer: false,
});
board.facts$
  .pipe(filter((fact) => fact.type === 'rule.fired'))
  .subscribe(({ rule, action, model }) => console.log(`  ${rule}: ${action} (${model})`));

const ask = async (model: string): Promise<void> => {
  const operation = { operation: 'llm_call', model, inputTokens: 1_000, maxOutputTokens: 100 };
  const result = await board.breaker('openai').tryCall(operation, ({ cost }) => cost(usd('0.01')));
  board.flush();
  console.log(result.ok ? `${model} answered` : `${model} was refused`);
};

const cost = (id: string, dollars: number, isBill = false): IngestEvent => ({
  kind: 'cost',
  id, // an event that comes twice counts once
  operation: 'batch',
  provider: 'openai',
  model: 'o3',
  costNanoUsd: usd(dollars),
  isBill,
});

await ask('o3');
from([cost('batch-1', 4), cost('batch-2', 2), cost('batch-2', 2)]).subscribe(board.ingest);
console.log(`the day has spent ${await spent()}`);
await ask('o3');

board.ingest.next(cost('batch-3', 1.5));
console.log(`the day has spent ${await spent()}`);
await ask('o3');
await ask('gpt-4o-mini');

board.ingest.next(cost('invoice-11', 7.75, true));
const { total } = await board.costs.report();
const { costNanoUsd, billedNanoUsd } = total;
console.log(`booked ${formatUsd(costNanoUsd)}, billed ${formatUsd(billedNanoUsd)}`);

/** Asking for a report first waits until every event is booked. */
async function spent(): Promise<string> {
  await board.costs.report();
  return formatUsd((await board.budget('daily').summary()).spentNanoUsd);
}
