/**
 * What guards, actions and actors are called in a config: by their name, or `fn` for want of one.
 */

/** Names that JavaScript gives a function for the property it was written at. */
const PROPERTIES = new Set(['', 'guard', 'actions', 'entry', 'exit', 'src', 'action', 'default']);

/** Names of one action or of several, in order. */
export const actionNames = (actions: unknown): readonly string[] =>
  (Array.isArray(actions) ? (actions as readonly unknown[]) : [actions])
    .filter((action) => action !== undefined && action !== null)
    .map(nameOf);

/** The guard's name; of those that are made of others, with theirs: `not(isDue)`. */
export function guardName(guard: unknown): string {
  const inner: unknown = (guard as { readonly guards?: unknown } | null)?.guards;
  if (typeof guard !== 'function' || !Array.isArray(inner)) return nameOf(guard);
  return `${nameOf(guard)}(${inner.map(guardName).join(', ')})`;
}

/** What an invoked actor is made of, by its name; `otherwise` where it was written in place. */
export const sourceName = (src: unknown, otherwise: string): string =>
  typeof src === 'string' && !/^xstate\.invoke\./.test(src) ? src : otherwise;

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { type, name } = (value ?? {}) as { readonly type?: unknown; readonly name?: unknown };
  // XState's own, such as assign, are functions of the type `xstate.assign`.
  if (typeof type === 'string') return type.replace(/^xstate\./, '');
  return typeof name === 'string' && !PROPERTIES.has(name) ? name : 'fn';
}
