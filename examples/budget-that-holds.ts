/**
 * A budget that cannot be overspent: twenty calls at once want money that is enough for eight. The
 * worst case of each is reserved before it is sent, what it did cost is booked after, and what was
 * reserved in vain is there for the next ones. The books tell where the money went.
 *
 *   npm run build && npx tsx examples/budget-that-holds.ts
 */
import { formatUsd, openBoard, usd, type CallContext, type Operation } from 'fuseboard';

await using board = await openBoard({
  budgets: [
    { id: 'tenants', limit: usd('0.02'), period: 'month', per: 'tag:tenant', timeZone: 'UTC' },
  ],
  prices: { overrides: [{ model: 'o3', inputPerMillion: usd(2), outputPerMillion: usd(8) }] },
  tokenizer: false, // requests come with their tokens counted
});
const llm = board.breaker('openai', { provider: 'openai' });

const request: Operation = {
  operation: 'llm_call',
  model: 'o3',
  inputTokens: 450,
  maxOutputTokens: 200,
  tags: { tenant: 'acme' },
};
const { worstNanoUsd } = board.estimate(request, { breaker: 'openai' });
console.log(`a call costs at most ${formatUsd(worstNanoUsd)}`);

/** Stands for the provider; what an answer used is told to the breaker. */
async function answer({ usage }: CallContext): Promise<string> {
  await Promise.resolve();
  usage({ inputTokens: 450, outputTokens: 80 });
  return 'hello';
}

const results = await Promise.all(Array.from({ length: 20 }, () => llm.tryCall(request, answer)));
const admitted = results.filter(({ ok }) => ok).length;
console.log(`${admitted} of ${results.length} calls ran at once`);

const refused = results.find((result) => !result.ok && result.refused);
if (refused?.ok === false && refused.refused) {
  console.log(refused.refusal.code, 'of', refused.refusal.budget);
}

const tenants = board.budget('tenants');
const { spentNanoUsd, percentage, level } = await tenants.summary('acme');
console.log(`they cost ${formatUsd(spentNanoUsd)}, ${percentage.toFixed(0)} % of it: ${level}`);

let more = 0;
while ((await llm.tryCall(request, answer)).ok) more++;
console.log(`${more} more, one after another; then ${(await tenants.summary('acme')).level}`);

await tenants.setLimit(usd('0.05'), { reason: 'the tenant paid', by: 'billing' });
console.log('with a higher limit:', (await llm.tryCall(request, answer)).ok);

const { rows } = await board.costs.report({ by: 'tag:tenant' });
for (const { group, callCount, costNanoUsd, refusedCount } of rows) {
  console.log(`${group}: ${callCount} calls, ${formatUsd(costNanoUsd)}; ${refusedCount} refused`);
}
