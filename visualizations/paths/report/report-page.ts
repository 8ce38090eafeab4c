/**
 * A page that shows generated paths on the drawn machine: one file, which loads nothing and sends
 * nothing. Its own script and style are allowed by their hashes, and no others; whatever comes
 * from the machine goes through `markup`, which escapes it.
 */
import { createHash } from 'node:crypto';

import type { AnyStateMachine } from 'xstate';

import type { GeneratedPaths } from '../../../test/kit/generated-paths.ts';
import { PAGE_STYLE } from '../../diagram/diagram-style.ts';
import { markup, trusted, type Html } from './html.ts';
import { figures, pathList, transitionTable, uncoveredSection } from './report-list.ts';
import { drawnMachine } from './report-drawing.ts';
import { reportNames } from './report-names.ts';
import { REPORT_SCRIPT } from './report-script.ts';
import { REPORT_STYLE } from './report-style.ts';

/** How every report begins, until somebody makes it theirs. */
export const REPORT_MARKER =
  '<!doctype html>\n<!-- Written by `fuseboard paths`. Without this line it is yours: it will not be overwritten. -->\n';

/** The report, as the text of an HTML file. */
export async function reportPage(
  machine: AnyStateMachine,
  paths: GeneratedPaths,
  command: string,
): Promise<string> {
  const { id, root } = machine;
  const about =
    root.description === undefined ? '' : markup`<p class="about">${root.description}</p>`;
  const drawn = await drawnMachine(machine, paths);
  const names = reportNames(machine, paths.transitions, drawn);
  const style = `${REPORT_STYLE}${PAGE_STYLE}\n`;
  const page = markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style, REPORT_SCRIPT)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Paths through ${id}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<div class="top"><h1>Paths through <code>${id}</code></h1>
<button type="button" id="theme" class="needs-script" hidden>Light or dark</button></div>
${about}
${figures(paths)}
</header>
<main>
${uncoveredSection(paths, names)}
${transitionTable(paths, names)}
<div class="panes">
${machinePane(drawn.picture)}
${listPane(pathList(paths, names))}
</div>
</main>
<footer>Written by <code>${command}</code></footer>
<script type="application/json" id="names">${trusted(names.json)}</script>
<script>${trusted(REPORT_SCRIPT)}</script>
</body>
</html>
`;
  return `${REPORT_MARKER}${page.text}`;
}

function policy(style: string, script: string): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    `default-src 'none'`,
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

const machinePane = (drawing: Html): Html => markup`
<section class="machine" aria-labelledby="machine">
<div class="bar"><h2 id="machine">The machine</h2>
<button type="button" id="size" class="needs-script" aria-pressed="false" hidden>Full size</button>
</div>
<div class="canvas" tabindex="0" role="region" aria-label="Drawing of the machine">${drawing}</div>
<div class="walk" id="walk" hidden>
<button type="button" id="back" aria-label="Step back">←</button>
<button type="button" id="on" aria-label="Step on">→</button>
<p id="where" role="status"></p></div>
</section>`;

const listPane = (list: Html): Html => markup`<section class="list" aria-labelledby="paths">
<h2 id="paths">The paths</h2>
<div class="needs-script" hidden>
<label class="field" for="search">Search in sentences and steps</label>
<input class="search" id="search" type="search" autocomplete="off" spellcheck="false">
<p class="keys"><kbd>/</kbd> search, <kbd>↑</kbd> <kbd>↓</kbd> from path to path,
<kbd>Enter</kbd> open, <kbd>n</kbd> <kbd>p</kbd> next and previous step</p>
<p class="filter" id="filter" hidden>Through <code id="through"></code>
<button type="button" id="clear">Show all</button></p>
</div>
<p class="told" id="told" role="status"></p>
${list}
</section>`;
