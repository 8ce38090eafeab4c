/** What names from outside may do to a terminal, a spreadsheet or a program: nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvText } from '../../visualizations/terminal/csv.ts';
import { safeJson, safeText } from '../../visualizations/terminal/safe-text.ts';

/** Reads comma-separated values as RFC 4180 has them, and knows no exceptions. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('csv', () => {
  test('is a line of names, and a line for each row', () => {
    const rows = [
      { model: 'o3', costNanoUsd: 12_000_000, isRight: true },
      { model: null, costNanoUsd: 0, isRight: false },
    ];
    expect(csvText(['model', 'costNanoUsd', 'isRight'], rows)).toBe(
      'model,costNanoUsd,isRight\no3,12000000,true\n,0,false\n',
    );
    expect(csvText(['model'], [])).toBe('model\n');
  });

  test.each([
    ['a,b', '"a,b"'],
    ['a "b"', '"a ""b"""'],
    ['a;=1+1', '"a;=1+1"'],
    [' padded ', '" padded "'],
    ['two\nlines', 'two\\u000alines'],
    ['red\u001b[31m', 'red\\u001b[31m'],
    ['=1+1', "'=1+1"],
    ['+31 6', "'+31 6"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1+1', "'  =1+1"],
    ['＝1+1', "'＝1+1"],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['gpt-4o-mini', 'gpt-4o-mini'],
  ])('writes %j as %s', (text, cell) => {
    expect(csvText(['name'], [{ name: text }])).toBe(`name\n${cell}\n`);
  });

  test('whatever the names are, has as many cells as columns and no formula in them', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.record({ a: text, b: text, n: fc.nat() })), (rows) => {
        const [head, ...lines] = parsed(csvText(['a', 'b', 'n'], rows));
        expect(head).toEqual(['a', 'b', 'n']);
        expect(lines).toHaveLength(rows.length);
        expect(lines.map((cells) => cells.slice(2))).toEqual(rows.map(({ n }) => [String(n)]));
        const isUnsafe = (cell: string): boolean => /^\s*[=+\-@]|\p{Cc}/u.test(cell);
        expect(lines.flat().filter(isUnsafe)).toEqual([]);
      }),
    );
  });
});

describe('text from outside', () => {
  test('shows what would move a cursor, hide or turn around, and leaves languages alone', () => {
    expect(safeText('\u001b]0;title\u0007')).toBe('\\u001b]0;title\\u0007');
    expect(safeText('a\tb\r\nc\u0085d')).toBe('a\\u0009b\\u000d\\u000ac\\u0085d');
    expect(safeText('abc\u202ecba\u2066')).toBe('abc\\u202ecba\\u2066');
    expect(safeText('half \ud83d')).toBe('half \\ud83d');
    for (const text of ['Grüße', '日本語', 'می‌خواهم', '👩‍🚀', '$0.01 | 50 %']) {
      expect(safeText(text)).toBe(text);
    }
  });

  test('as JSON means what it did', () => {
    const value = { 'a\u202e': ['\u0000\u007f\u009b31m', 'b\u2028', 1, null] };
    expect(JSON.parse(safeJson(value))).toEqual(value);
    expect(safeJson(value)).toMatch(/^[\n\u0020-\u007e]*$/);
  });
});
