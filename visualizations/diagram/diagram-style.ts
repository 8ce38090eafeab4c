/**
 * How a picture looks, in light and in dark. One set of rules, in which `@name` stands for a
 * colour: a file of its own has the colours in it, a page has them as custom properties, so that
 * it can switch. Nothing is told by colour alone: what was never taken is dashed, what is active
 * has a lamp, what was taken last is thick.
 */

const LIGHT = {
  ground: '#ffffff',
  text: '#0f172a',
  dim: '#5b6b82',
  box: '#ffffff',
  holder: '#f6f8fb',
  inner: '#eef2f8',
  border: '#94a3b8',
  rule: '#d5dde8',
  line: '#64748b',
  pill: '#ffffff',
  pillborder: '#cbd5e1',
  time: '#b45309',
  always: '#7c3aed',
  done: '#0f766e',
  active: '#1d4ed8',
  activebox: '#dbeafe',
  taken: '#c2410c',
  takenbox: '#ffedd5',
  never: '#8391a5',
  hot: '#be185d',
  path: '#6d28d9',
  onpath: '#ffffff',
  covered: '#15803d',
  uncovered: '#b91c1c',
} as const;

type Palette = Readonly<Record<keyof typeof LIGHT, string>>;

const DARK: Palette = {
  ground: '#0d1420',
  text: '#e6edf6',
  dim: '#9aa9bd',
  box: '#1b2636',
  holder: '#121b29',
  inner: '#172233',
  border: '#5b6b82',
  rule: '#2c3a4e',
  line: '#8394ab',
  pill: '#121b29',
  pillborder: '#3a4a60',
  time: '#fbbf24',
  always: '#c4b5fd',
  done: '#5eead4',
  active: '#60a5fa',
  activebox: '#1e3a66',
  taken: '#fb923c',
  takenbox: '#4a2a12',
  never: '#7486a0',
  hot: '#f472b6',
  path: '#a78bfa',
  onpath: '#150c2b',
  covered: '#4ade80',
  uncovered: '#f87171',
};

const RULES = `
.diagram { max-width: 100%; height: auto; }
.diagram { font-family: system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Verdana, sans-serif; }
.diagram text { fill: @text; }
.diagram .box { fill: @box; stroke: @border; stroke-width: 1.25; }
.diagram .holder .box { fill: @holder; }
.diagram .holder .rule { fill: none; stroke: @rule; stroke-width: 1; }
.diagram .region .box { stroke-dasharray: 7 4; }
.diagram .ring { fill: none; stroke: @border; stroke-width: 1.25; }
.diagram .name { font-size: 14px; font-weight: 650; }
.diagram .heads text { paint-order: stroke; stroke: @holder; stroke-width: 5; }
.diagram .heads text { stroke-linejoin: round; pointer-events: none; }
.diagram .kind, .diagram text.line { font-size: 11px; font-weight: 400; fill: @dim; }
.diagram .tag { font-style: italic; }
.diagram .dot { fill: @text; }
.diagram .active > .box { stroke: @active; stroke-width: 2.25; }
.diagram .active.leaf > .box { fill: @activebox; stroke-width: 3.5; }
.diagram .lamp { fill: @active; }
.diagram path.line { fill: none; stroke: @line; stroke-width: 1.4; }
.diagram .reach { fill: none; stroke: transparent; stroke-width: 14; pointer-events: stroke; }
.diagram .head { fill: @line; stroke: @line; stroke-width: 0.5; stroke-linejoin: round; }
.diagram .pill { fill: @pill; stroke: @pillborder; stroke-width: 1; }
.diagram .from-label .pill { fill: @inner; stroke: @line; }
.diagram .heading { font-size: 11px; font-style: italic; fill: @dim; }
.diagram .words { font-size: 11px; }
.diagram .event { font-weight: 500; }
.diagram .guard { fill: @dim; }
.diagram .ground { fill: transparent; }
.diagram .loop { fill: none; stroke: @dim; stroke-width: 1.2; }
.diagram .loop { stroke-linecap: round; stroke-linejoin: round; }
.diagram .number { font-size: 10.5px; font-weight: 650; fill: @hot; }
.diagram .number { font-variant-numeric: tabular-nums; }
.diagram .after .event { fill: @time; }
.diagram .always .event { fill: @always; }
.diagram .done .event { fill: @done; }
.diagram .edge:hover > .line, .diagram .edge:hover > .head { stroke: @active; }
.diagram .edge:hover > .head { fill: @active; }
.diagram .edge:hover > .line { stroke-width: 2.5; }
.diagram .edge:hover > .label > .pill { stroke: @active; }
.diagram .heat-1 > .line { stroke: @hot; stroke-width: 1.75; }
.diagram .heat-2 > .line { stroke: @hot; stroke-width: 2.5; }
.diagram .heat-3 > .line { stroke: @hot; stroke-width: 3.5; }
.diagram .heat-4 > .line { stroke: @hot; stroke-width: 4.75; }
.diagram .heat-5 > .line { stroke: @hot; stroke-width: 6; }
.diagram [class*=' heat-'] > .head { fill: @hot; stroke: @hot; stroke-width: 2; }
.diagram .heat-4 > .head, .diagram .heat-5 > .head { stroke-width: 4; }
.diagram .never > .line { stroke: @never; stroke-width: 1.25; stroke-dasharray: 5 4; }
.diagram .never > .head { fill: @pill; stroke: @never; stroke-width: 1.25; }
.diagram .never > .label > .pill { stroke: @never; stroke-dasharray: 4 3; }
.diagram .never .event, .diagram .never .guard { fill: @dim; }
.diagram .never .event { font-style: italic; font-weight: 400; }
.diagram .never .number { fill: @dim; font-weight: 400; }
.diagram .covered > .line, .diagram .covered > .tick { stroke: @covered; stroke-width: 2; }
.diagram .covered > .head { fill: @covered; stroke: @covered; }
.diagram .uncovered > .line { stroke: @uncovered; stroke-width: 2; stroke-dasharray: 5 4; }
.diagram .uncovered > .head { fill: @pill; stroke: @uncovered; stroke-width: 1.5; }
.diagram .uncovered > .tick { stroke: @uncovered; stroke-width: 2; }
.diagram .uncovered.row .event { fill: @uncovered; }
.diagram .partly > .line { stroke: @covered; }
.diagram .partly > .head { fill: @covered; stroke: @covered; }
.diagram .tick { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.diagram .on-path > .line { stroke: @path; stroke-width: 3.5; stroke-dasharray: none; }
.diagram .on-path > .head { fill: @path; stroke: @path; stroke-width: 2; }
.diagram .on-path > .label > .pill { stroke: @path; stroke-width: 2; stroke-dasharray: none; }
.diagram .on-path.row .event { font-weight: 700; font-style: normal; fill: @text; }
.diagram .step { fill: @path; }
.diagram .step-number { fill: @onpath; }
.diagram .taken > .line { stroke: @taken; stroke-width: 4; stroke-dasharray: none; }
.diagram .taken > .head { fill: @taken; stroke: @taken; stroke-width: 3; }
.diagram .taken > .label > .pill { stroke: @taken; stroke-width: 2; stroke-dasharray: none; }
.diagram .taken.row > .ground { fill: @takenbox; }
.diagram .taken.row .event { font-weight: 700; font-style: normal; fill: @taken; }
`.trim();

const NAMES = Object.keys(LIGHT) as readonly (keyof Palette)[];

/** The rules with colours in them. */
const painted = (rules: string, palette: Palette): string =>
  rules.replace(/@([a-z]+)/g, (whole, name: string) =>
    name in palette ? palette[name as keyof Palette] : whole,
  );

/** Of each rule, what names a colour: the rest stays as it is in the other palette. */
const colouring = RULES.split('\n')
  .map((rule) => {
    const [selector = '', body = ''] = rule.replace(/\s*\}$/, '').split(' { ');
    const named = body.split(/;\s*/).filter((each) => each.includes('@'));
    return named.length === 0 ? '' : `${selector} { ${named.join('; ')}; }`;
  })
  .filter((rule) => rule !== '')
  .join('\n');

const ground = (palette: Palette): string => `.diagram { background: ${palette.ground}; }`;

/** For a file that stands by itself; it follows what its reader prefers. */
export const FILE_STYLE = `${painted(RULES, LIGHT)}
${ground(LIGHT)}
@media (prefers-color-scheme: dark) {
${painted(colouring, DARK)}
${ground(DARK)}
}`;

const properties = (palette: Palette): string =>
  NAMES.map((name) => `--diagram-${name}: ${palette[name]};`).join(' ');

/**
 * For a page, as a stylesheet of its own. It follows `data-theme` on the root element (`light` or
 * `dark`), and without it what the reader prefers. The page gives the ground.
 */
export const PAGE_STYLE = `:root { ${properties(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${properties(DARK)} } }
:root[data-theme='light'] { ${properties(LIGHT)} }
:root[data-theme='dark'] { ${properties(DARK)} }
${RULES.replace(/@([a-z]+)/g, 'var(--diagram-$1)')}`;
