/** One breaker on the board. Drawn anew only when its row changed. */
import { Component, type JSX } from 'preact';

import type { BoardRow } from '../../inspector/board-rows.ts';
import { NO_SPARKS } from '../../inspector/traffic.ts';
import { Ago } from '../parts/ago.tsx';
import { Amount } from '../parts/amount.tsx';
import { Countdown } from '../parts/countdown.tsx';
import { rate, share } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { breakerHref } from '../route.ts';

export interface TileProps {
  readonly row: BoardRow;
  /** Whether the tabulator key stops here. */
  readonly isStop: boolean;
}

/**
 * A class, for only such a one says when it stays as it is: an element kept by `useMemo` keeps what
 * it was drawn in, and that what came before, forever.
 */
export class Tile extends Component<TileProps> {
  override shouldComponentUpdate({ row, isStop }: TileProps): boolean {
    return row !== this.props.row || isStop !== this.props.isStop;
  }

  override render({ row, isStop }: TileProps): JSX.Element {
    return (
      <div class={`tile state-${row.state}`}>
        <div class="tile-head">
          <a
            class="tile-name"
            href={breakerHref(row.name)}
            tabIndex={isStop ? 0 : -1}
            title={row.name}
          >
            {row.name}
          </a>
          {row.isQuarantined && (
            <span class="badge state-open">
              <Icon name="critical" />
              quarantined
            </span>
          )}
          <StateBadge state={row.state} />
        </div>
        <Why row={row} />
        <Sparkline {...(row.traffic?.sparks() ?? NO_SPARKS)} />
        <Figures row={row} />
      </div>
    );
  }
}

function Why({ row }: { readonly row: BoardRow }): JSX.Element {
  return (
    <p class="tile-why">
      <span class="tile-reason" title={row.reason}>
        {row.reason === '' ? <Since atMs={row.changedAtMs} /> : row.reason}
      </span>
      {row.probeAtMs !== null && (
        <span class="tile-probe">
          <Icon name="clock" />
          probe <Countdown atMs={row.probeAtMs} />
        </span>
      )}
    </p>
  );
}

/** A breaker that nothing ever happened to has not changed at all. */
function Since({ atMs }: { readonly atMs: number }): JSX.Element {
  if (atMs === 0) return <>never tripped</>;
  return (
    <>
      closed <Ago atMs={atMs} />
    </>
  );
}

function Figures({ row }: { readonly row: BoardRow }): JSX.Element {
  const { callsPerS, failedPerS, refusedPerS } = row;
  return (
    <dl class="tile-figures">
      <Figure label="calls/s">{rate(callsPerS)}</Figure>
      <Figure label="failed" isBad={failedPerS > 0}>
        {share(failedPerS, callsPerS)}
      </Figure>
      <Figure label="refused" isBad={refusedPerS > 0}>
        {share(refusedPerS, callsPerS)}
      </Figure>
      {row.spentNanoUsd !== null && (
        <Figure label="in 24 h">
          <Amount nanoUsd={row.spentNanoUsd} />
        </Figure>
      )}
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly isBad?: boolean;
  readonly children: JSX.Element | string;
}

function Figure({ label, isBad = false, children }: FigureProps): JSX.Element {
  return (
    <div class={isBad ? 'is-bad' : ''}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
