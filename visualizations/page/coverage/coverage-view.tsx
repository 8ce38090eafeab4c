/**
 * The breaker's machine twice, side by side: which ways generated tests go, and which live traffic
 * went. Below, each transition with both, so that one sees what only tests have ever done.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import type { Marks } from '../../diagram/picture.ts';
import type { CoverageUpdate } from '../../inspector/protocol.ts';
import { Chart } from '../chart/chart.tsx';
import { drawnChart } from '../chart/drawn-chart.ts';
import { feed } from '../feed.ts';
import { Empty } from '../parts/empty.tsx';
import { clockTime, count, share } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { OwnTests } from './own-tests.tsx';
import { TransitionList } from './transition-list.tsx';

export function CoverageView(): JSX.Element {
  const coverage = feed.coverage.value;
  if (coverage === null) return <Empty title="Asking for the coverage …" />;
  return <Coverage coverage={coverage} />;
}

function Coverage({ coverage }: { readonly coverage: CoverageUpdate }): JSX.Element {
  const { chartId, transitions, tested, testCount, hits } = coverage;
  const all = transitions.length;
  const liveCount = transitions.filter((id) => (hits[id] ?? 0) > 0).length;
  const sinceMs = feed.summary.value?.watchedSinceMs;
  const testedKey = tested.join();
  const testedMarks = useMemo((): Marks => ({ covered: new Set(tested) }), [testedKey]);
  const liveMarks = useMemo((): Marks => liveMarksOf(hits), [hits]);
  return (
    <div class="coverage">
      <h1 class="unseen">Coverage</h1>
      <Side
        title="Generated tests"
        share={share(tested.length, all)}
        text={`${tested.length} of ${all} transitions, by ${count(testCount)} tests`}
      >
        <Machine chartId={chartId} marks={testedMarks} label="Covered by generated tests" />
      </Side>
      <Side
        title="Live traffic"
        share={share(liveCount, all)}
        text={`${liveCount} of ${all} transitions, over all breakers${
          sinceMs === undefined ? '' : ` since ${clockTime(sinceMs)}`
        }`}
      >
        <Machine chartId={chartId} marks={liveMarks} label="Covered by live traffic" />
      </Side>
      <TransitionList coverage={coverage} />
      <OwnTests />
    </div>
  );
}

function liveMarksOf(hits: CoverageUpdate['hits']): Marks {
  const taken = Object.entries(hits).filter(([, times]) => times > 0);
  return { covered: new Set(taken.map(([id]) => id)), hits: new Map(taken) };
}

interface SideProps {
  readonly title: string;
  readonly share: string;
  readonly text: string;
  readonly children: ComponentChildren;
}

function Side({ title, share: part, text, children }: SideProps): JSX.Element {
  return (
    <Panel title={title} class="coverage-side" aside={<strong class="number">{part}</strong>}>
      <p class="coverage-text">{text}</p>
      {children}
    </Panel>
  );
}

interface MachineProps {
  readonly chartId: string;
  readonly marks: Marks;
  readonly label: string;
}

function Machine({ chartId, marks, label }: MachineProps): JSX.Element {
  const source = drawnChart(chartId);
  const drawn = source.state.value;
  if (drawn === 'waiting') return <Empty title="Drawing …" />;
  if (drawn === 'failed') {
    return (
      <Empty title="The drawing did not arrive.">
        <button type="button" class="button" onClick={() => source.fetch()}>
          Ask again
        </button>
      </Empty>
    );
  }
  return (
    <Chart drawn={drawn} marks={marks} label={label} fit="whole">
      <span class="legend is-covered">covered</span>
      <span class="legend is-missed">not covered</span>
    </Chart>
  );
}
