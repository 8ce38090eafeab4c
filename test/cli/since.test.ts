import { describe, expect, test } from 'vitest';

import { sinceMsOf } from '../../visualizations/commands/since.ts';
import { CommandError } from '../../visualizations/terminal/command-error.ts';

const NOW = Date.parse('2026-11-22T14:33:07.123Z');
const since = (text: string): string => new Date(sinceMsOf(text, NOW)).toISOString();

describe('--since', () => {
  test.each([
    ['1h', '2026-11-22T13:00:00.000Z'],
    ['24h', '2026-11-21T14:00:00.000Z'],
    ['0h', '2026-11-22T14:00:00.000Z'],
    ['7d', '2026-11-15T14:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-01T09:00Z', '2026-11-01T09:00:00.000Z'],
    ['2026-11-01T09:59:59.999Z', '2026-11-01T09:00:00.000Z'],
    ['2026-11-01T00:30+01:00', '2026-10-31T23:00:00.000Z'],
  ])('%s begins at %s, a full hour', (text, iso) => expect(since(text)).toBe(iso));

  test.each([
    'yesterday',
    '7',
    '-1h',
    '1.5h',
    '7D',
    '2026-02-29',
    '2026-13-01',
    '2026-11-01T09:00',
    '2026-11-01T25:00Z',
    '2026-11-31T09:00Z',
    '11/01/2026',
    '1762000000000',
  ])('%s is refused with examples', (text) => {
    const refused = { exitCode: 2, hint: expect.stringContaining('--since 24h') };
    expect(() => sinceMsOf(text, NOW)).toThrow(expect.objectContaining(refused));
    expect(() => sinceMsOf(text, NOW)).toThrow(CommandError);
  });
});
