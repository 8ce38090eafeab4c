/** What the inspector needs of a board beyond its public side: to find breakers and wake none. */
import type { Bus } from '../../services/bus.ts';
import type { Registry } from '../../services/registry.ts';
import type { Runtime } from '../../services/runtime.ts';
import type { Board } from '../../services/board.ts';

export interface BoardInside extends Pick<Bus, 'tapFacts'> {
  readonly board: Board;
  readonly runtime: Runtime;
  readonly registry: Pick<Registry, 'values' | 'get' | 'size'>;
}
