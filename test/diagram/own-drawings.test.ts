/** What is drawn of our own machines is what they are. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import { ownDrawing } from '../../visualizations/diagram/own-drawing.ts';
import { ownFiles } from './own-files.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

test('the drawings of our machines are current; npm run diagrams makes them so', async () => {
  const stale: string[] = [];
  for (const { path, text } of await ownFiles()) {
    if ((await readFile(join(PROJECT, path), 'utf8')) !== text) stale.push(path);
  }
  expect(stale).toEqual([]);
}, 60_000);

test('our own drawing is found by the id of its chart', () => {
  expect(ownDrawing(breakerMachine.id)?.drawing.chartId).toBe(breakerMachine.id);
  expect(ownDrawing('somebody else')).toBeNull();
});
