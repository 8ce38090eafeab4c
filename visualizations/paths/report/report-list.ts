/** The lists of a report: figures, transitions that no path takes, all transitions, all paths. */
import { nameOf } from '../../../machines/transitions.ts';
import type { GeneratedPath, GeneratedPaths, PathStep } from '../../../test/kit/generated-paths.ts';
import { BROKEN } from '../paths-summary.ts';
import { markup, type Html } from './html.ts';
import type { ReportNames } from './report-names.ts';

/** A page holds no more paths; the test file has them all. */
export const PATHS_MAX = 2_000;

export function figures({ paths, coverage, stateCount, brokenCount }: GeneratedPaths): Html {
  const { covered, total, inEachState } = coverage;
  return markup`<dl class="figures">
    ${figure('Paths', paths.length, brokenCount > 0 ? `${brokenCount} left out, ${BROKEN}` : '')}
    ${figure('Transitions taken', `${covered} of ${total}`, percent(covered, total))}
    ${figure(
      'Taken from every state',
      `${inEachState.covered} of ${inEachState.total}`,
      'each counted once for every state in which it can be taken',
    )}
    ${figure('States found', stateCount, 'with what counts of their context')}
  </dl>`;
}

const figure = (name: string, value: string | number, note: string): Html =>
  markup`<div>
    <dt>${name}</dt>
    <dd><b>${value}</b> <span>${note}</span></dd>
  </div>`;

const percent = (part: number, whole: number): string =>
  whole === 0 ? 'there is none' : `${Math.floor((100 * part) / whole)} %`;

/** What no path takes, and why. */
export function uncoveredSection({ coverage }: GeneratedPaths, names: ReportNames): Html {
  if (coverage.uncovered.length === 0) {
    return markup`<p class="covered">✓ Every configured transition is on a path.</p>`;
  }
  const rows = coverage.uncovered.map(
    ({ transition, because }) =>
      markup`<li>
        <code>${transition}</code> <span class="because">${because}</span>
        <button
          type="button"
          class="needs-script"
          hidden
          data-show="${names.transition(transition)}"
        >
          Show it
        </button>
      </li>`,
  );
  const count = coverage.uncovered.length;
  return markup`<section class="uncovered" aria-labelledby="uncovered">
    <h2 id="uncovered">✗ Not taken: ${count} ${count === 1 ? 'transition' : 'transitions'}</h2>
    <ul>
      ${rows}
    </ul>
  </section>`;
}

/** Every transition with the number of paths through it. */
export function transitionTable({ transitions, paths }: GeneratedPaths, names: ReportNames): Html {
  const counts = new Map<string, number>();
  for (const { start, steps } of paths) {
    const taken = new Set([...start.transitions, ...steps.flatMap((step) => step.transitions)]);
    for (const id of taken) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const rows = transitions.map((id) => {
    const count = counts.get(id) ?? 0;
    return markup`<tr class="${count === 0 ? 'never' : 'taken'}">
      <td><code>${id}</code></td>
      <td class="number">${count}</td>
      <td>
        <button
          type="button"
          class="needs-script"
          hidden
          data-through="${names.transition(id)}"
          aria-label="Paths through ${id}"
        >
          Paths
        </button>
      </td>
    </tr>`;
  });
  return markup`<details class="transitions">
    <summary>All ${transitions.length} transitions, and how many paths take each</summary>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">Transition</th>
            <th scope="col" class="number">Paths</th>
            <th scope="col"><span class="unseen">Filter</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** The paths in groups by the state that their last step leaves. */
export function pathList({ paths }: GeneratedPaths, names: ReportNames): Html {
  const groups = new Map<string, { readonly path: GeneratedPath; readonly index: number }[]>();
  for (const [index, path] of paths.slice(0, PATHS_MAX).entries()) {
    const from = path.steps.at(-1)?.from ?? path.from;
    const group = groups.get(from) ?? [];
    groups.set(from, group);
    group.push({ path, index });
  }
  const sections = [...groups].map(
    ([from, group]) =>
      markup`<section class="group">
        <h3>in <code>${from}</code></h3>
        ${group.map(({ path, index }) => pathItem(path, index, from, names))}
      </section>`,
  );
  const more = paths.length - PATHS_MAX;
  return markup`${sections}${more > 0 ? markup`<p>${more} more paths are in the test file.</p>` : ''}`;
}

function pathItem(path: GeneratedPath, index: number, from: string, names: ReportNames): Html {
  const { description, start, steps } = path;
  const data = markup`data-taken="${names.transitions(start.transitions)}" data-active="${names.active(start.snapshot)}"`;
  return markup`<details class="path" name="path" id="path-${index + 1}" ${data}>
<summary>${description.replace(`in ${from}, `, '')}</summary>
<p>starts in <code>${nameOf(start.snapshot)}</code></p>
<ol>${steps.map((step) => stepItem(step, names))}</ol>
</details>
`;
}

function stepItem({ label, to, transitions, snapshot }: PathStep, names: ReportNames): Html {
  const data = markup`data-taken="${names.transitions(transitions)}" data-active="${names.active(snapshot)}"`;
  const nothing = transitions.length === 0 ? NOTHING : '';
  return markup`<li class="step" ${data}><button type="button" class="go">${label}</button> → <code>${to}</code>${nothing}</li>
`;
}

const NOTHING = markup` <span class="nothing">nothing changes</span>`;
