/**
 * A disclosure that hangs from the header: closes on Escape, and when the reader goes elsewhere.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface DropProps {
  readonly class?: string;
  /** What the button shows. */
  readonly face: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Drop({ class: className, face, children }: DropProps): JSX.Element {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = (event: Event): void => {
      const details = element.current;
      if (details === null || !details.open) return;
      // A dialog that was asked for in here is still part of it.
      const target = event.target as Element;
      if (!details.contains(target) && target.closest('dialog') === null) details.open = false;
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
    };
  }, []);
  return (
    <details
      ref={element}
      class={`drop ${className ?? ''}`}
      onKeyDown={(event) => {
        const details = element.current;
        if (event.key !== 'Escape' || details === null || !details.open) return;
        // That one closes what lies above.
        if ((event.target as Element).closest('dialog') !== null) return;
        details.open = false;
        details.querySelector('summary')?.focus();
      }}
    >
      <summary>{face}</summary>
      <div class="drop-body">{children}</div>
    </details>
  );
}
