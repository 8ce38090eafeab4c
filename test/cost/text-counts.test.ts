/** Counts of texts that come again, by a hash of the text. */
import { expect, test } from 'vitest';

import { TextCounts } from '../../services/cost/tokens/text-counts.ts';
import { exactTokens } from '../../services/cost/tokens/token-count.ts';

const KEPT = 4_096;

test('a text that was counted is known, and one that differs by a character is not', () => {
  const counts = new TextCounts();
  expect(counts.find('What does a capacitor do?')).toBeUndefined();
  counts.keep(exactTokens(6));
  expect(counts.find('What does a capacitor do?')).toEqual(exactTokens(6));
  for (const other of ['What does a capacitor do', 'What does a capacitor do!', '']) {
    expect(counts.find(other)).toBeUndefined();
  }
});

test('beyond the bound those that were counted longest ago are forgotten', () => {
  const counts = new TextCounts();
  for (let index = 0; index <= KEPT; index++) {
    counts.find(`text ${index}`);
    counts.keep(exactTokens(index));
  }
  expect(counts.find('text 0')).toBeUndefined();
  expect(counts.find('text 1')).toEqual(exactTokens(1));
  expect(counts.find(`text ${KEPT}`)).toEqual(exactTokens(KEPT));
});
