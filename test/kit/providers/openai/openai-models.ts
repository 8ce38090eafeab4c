/** Models of the simulated OpenAI. */

/** Dated names that answers give for the names that requests use. */
const SNAPSHOTS: Readonly<Record<string, string>> = {
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4.1': 'gpt-4.1-2025-04-14',
  'gpt-4.1-mini': 'gpt-4.1-mini-2025-04-14',
  'o3-mini': 'o3-mini-2025-01-31',
};

export const snapshotOf = (model: string): string =>
  Object.hasOwn(SNAPSHOTS, model) ? (SNAPSHOTS[model] as string) : model;

export const MODELS: readonly string[] = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-5.5',
  'o3-mini',
  'text-embedding-3-small',
  'text-embedding-3-large',
];
