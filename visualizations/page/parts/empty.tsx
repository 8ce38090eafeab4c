/** What stands where there is nothing to show yet: says so, and what to do about it. */
import type { ComponentChildren, JSX } from 'preact';

export interface EmptyProps {
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Empty({ title, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
