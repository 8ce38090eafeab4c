/**
 * What the report does when it is looked at, as the text of its one script: paths light up in the
 * drawing, step by step; the list is searched. Without it the list is still there to be read.
 * It only toggles classes and attributes of what the document holds already.
 */
export const REPORT_SCRIPT = `(() => {
'use strict';
const one = (selector, at = document) => at.querySelector(selector);
const all = (selector, at = document) => [...at.querySelectorAll(selector)];
const numbers = (text) => (text ?? '').split(' ').filter(Boolean).map(Number);
const { transitions, states, edgesOf } = JSON.parse(one('#names').textContent);

const drawn = (attribute, names) => {
  const found = new Map(names.map((name) => [name, []]));
  for (const element of all('.canvas [' + attribute + ']')) {
    found.get(element.getAttribute(attribute))?.push(element);
  }
  return names.map((name) => found.get(name));
};
const rows = drawn('data-transition', transitions);
const arrows = new Map(
  all('.canvas [data-edge]').map((element) => [element.dataset.edge, element]));
// A label with many lines names the last ones together.
const edges = transitions.map((_, at) => (edgesOf[at] ?? []).flatMap((id) => {
  const arrow = arrows.get(id);
  if (!arrow) return [];
  const row = rows[at].find((each) => arrow.contains(each)) ?? all('.row', arrow).at(-1);
  return row ? [row, arrow] : [arrow];
}));
const boxes = drawn('data-state', states);

const paths = all('details.path');
const search = one('#search');
const told = one('#told');
const filter = one('#filter');
const walk = one('#walk');
const canvas = one('.canvas');
let current = null;
let step = -1;
let through = -1;

const stepsOf = (path) => all('li.step', path);
const mark = (elements, name) => { for (const element of elements) element.classList.add(name); };

function paint() {
  for (const name of ['on-path', 'taken', 'active']) {
    for (const element of all('.canvas .' + name)) element.classList.remove(name);
  }
  for (const element of all('li.step.now')) {
    element.classList.remove('now');
    element.removeAttribute('aria-current');
  }
  canvas.classList.toggle('has-path', current !== null);
  walk.hidden = current === null;
  if (current === null) return;
  const steps = stepsOf(current);
  for (const each of steps) {
    for (const at of numbers(each.dataset.taken)) mark(edges[at], 'on-path');
  }
  const now = steps[step];
  const where = now ?? current;
  for (const at of numbers(where.dataset.active)) mark(boxes[at], 'active');
  if (now) {
    now.classList.add('now');
    now.setAttribute('aria-current', 'step');
    for (const at of numbers(now.dataset.taken)) mark(edges[at], 'taken');
  }
  one('#where').textContent = now
    ? 'Step ' + (step + 1) + ' of ' + steps.length + ': ' + now.textContent.trim()
    : 'Before the first of ' + steps.length + (steps.length === 1 ? ' step' : ' steps');
  one('#back').disabled = step < 0;
  one('#on').disabled = step >= steps.length - 1;
  const seen = one('.canvas .row.taken') ?? one('.canvas .leaf.active');
  if (seen && canvas.classList.contains('is-large')) centre(seen);
}

// Scrolls the drawing and not the page.
function centre(element) {
  const [inner, outer] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
  canvas.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  canvas.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}

function choose(path, at) {
  if (current !== null && current !== path) current.open = false;
  current = path;
  step = path === null ? -1 : at ?? stepsOf(path).length - 1;
  if (path !== null) {
    path.open = true;
    history.replaceState(null, '', '#' + path.id);
  }
  paint();
}

document.addEventListener('toggle', ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.matches('details.path')) return;
  if (target.open && current !== target) choose(target);
  if (!target.open && current === target) choose(null);
}, true);

const texts = new Map(paths.map((path) => [path, path.textContent.toLowerCase()]));
const takenBy = new Map(paths.map((path) => [path,
  new Set([path, ...stepsOf(path)].flatMap((each) => numbers(each.dataset.taken)))]));

function sift() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const path of paths) {
    const fits = words.every((word) => texts.get(path).includes(word))
      && (through < 0 || takenBy.get(path).has(through));
    path.hidden = !fits;
    if (fits) count += 1;
  }
  for (const group of all('section.group')) {
    group.hidden = all('details.path:not([hidden])', group).length === 0;
  }
  told.textContent = count === paths.length ? count + ' paths' : count + ' of ' + paths.length + ' paths';
  filter.hidden = through < 0;
  one('#through').textContent = transitions[through] ?? '';
  for (const element of all('.canvas .chosen')) element.classList.remove('chosen');
  if (through >= 0) mark(edges[through], 'chosen');
}

function goThrough(at) {
  through = at;
  sift();
}

search.addEventListener('input', sift);
one('#clear').addEventListener('click', () => { goThrough(-1); search.focus(); });
one('#back').addEventListener('click', () => { step -= 1; paint(); });
one('#on').addEventListener('click', () => { step += 1; paint(); });
function enlarge(isLarge) {
  canvas.classList.toggle('is-large', isLarge);
  one('#size').setAttribute('aria-pressed', String(isLarge));
  paint();
}
one('#size').addEventListener('click', () => enlarge(!canvas.classList.contains('is-large')));
one('#theme').addEventListener('click', () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
});

document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return;
  const button = target.closest('button[data-through]');
  const shown = target.closest('button[data-show]');
  const edge = target.closest('.canvas [data-transition]');
  const walked = target.closest('button.go');
  if (button) goThrough(Number(button.dataset.through));
  if (shown) {
    for (const element of all('.canvas .chosen')) element.classList.remove('chosen');
    const elements = edges[Number(shown.dataset.show)] ?? [];
    mark(elements, 'chosen');
    canvas.scrollIntoView({ block: 'nearest' });
    if (elements[0]) centre(elements[0]);
  }
  if (button || edge) one(button ? '#filter' : '#told').scrollIntoView({ block: 'nearest' });
  if (edge) goThrough(transitions.indexOf(edge.getAttribute('data-transition')));
  if (walked) {
    const path = walked.closest('details.path');
    choose(path, stepsOf(path).indexOf(walked.closest('li')));
  }
});

document.addEventListener('keydown', (event) => {
  const isTyping = event.target === search;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && isTyping) {
    search.value = '';
    sift();
  } else if (!isTyping && current !== null && (event.key === 'n' || event.key === 'p')) {
    const next = step + (event.key === 'n' ? 1 : -1);
    if (next >= -1 && next < stepsOf(current).length) { step = next; paint(); }
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const shown = all('details.path:not([hidden]) > summary');
    const at = shown.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    shown[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
  }
});

const linked = paths.find(({ id }) => '#' + id === location.hash);
for (const control of all('.needs-script')) control.hidden = false;
// On a narrow screen a large drawing is better seen in part than not at all.
if (Number(one('svg', canvas)?.getAttribute('width')) > 4 * canvas.clientWidth) enlarge(true);
sift();
if (linked) { choose(linked); linked.scrollIntoView(); } else paint();
})();
`;
