/** Whether a call's labels say what is asked for. */
import type { SpendScope } from './cost-report.ts';
import type { LedgerLabels } from './ledger-batch.ts';

/** What a call says of itself, without how it was estimated and priced. */
type Said = Pick<LedgerLabels, 'breaker' | 'provider' | 'operation' | 'model' | 'tags'>;

export function isInScope(labels: Said, scope: SpendScope): boolean {
  const { breaker, provider, model, operation, tags, part } = scope;
  return (
    (breaker === null || breaker === labels.breaker) &&
    (provider === null || provider === labels.provider) &&
    (model === null || model === labels.model) &&
    (operation === null || operation === labels.operation) &&
    tags.every(([name, value]) => tagOf(labels, name) === value) &&
    (part === null || (valueOf(labels, part.of) ?? '') === part.value)
  );
}

function valueOf(labels: Said, of: NonNullable<SpendScope['part']>['of']): string | null {
  if (of === 'breaker' || of === 'operation' || of === 'model' || of === 'provider') {
    return labels[of];
  }
  return tagOf(labels, of.slice('tag:'.length));
}

const tagOf = ({ tags }: Said, wanted: string): string | null =>
  tags.find(([name]) => name === wanted)?.[1] ?? null;
