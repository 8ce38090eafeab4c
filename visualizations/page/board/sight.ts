/** Which part of an element can be seen, as the window is scrolled and resized. */
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export interface Sight {
  /** Pixels; of the element. */
  readonly width: number;
  /** Pixels below the element's top at which the window begins and ends. */
  readonly top: number;
  readonly bottom: number;
}

export function useSight(of: RefObject<HTMLElement | null>): ReadonlySignal<Sight> {
  const sight = useSignal<Sight>({ width: 0, top: 0, bottom: 0 });
  useLayoutEffect(() => {
    const element = of.current;
    if (element === null) return undefined;
    const look = (): void => {
      const { top, width } = element.getBoundingClientRect();
      const before = sight.peek();
      if (before.width === width && before.top === -top && before.bottom === innerHeight - top)
        return;
      sight.value = { width, top: -top, bottom: innerHeight - top };
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    // What appears above the element moves it.
    observer.observe(document.body);
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    look();
    return () => {
      observer.disconnect();
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, []);
  return sight;
}
