/** Text of a stream, kept as far as it is needed to count its tokens. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { OutputText } from '../../services/providers/output-text.ts';

const KEPT_BYTES = 8_192;
const characters = (text: string): number => [...text].length;

describe('the text of a streamed answer', () => {
  test('is counted as it is while it is short', () => {
    const text = new OutputText();
    for (const piece of ['Kon', 'densatoren ', 'speichern 𝄞 ', '', 'Ladung']) text.add(piece);
    const seen: string[] = [];
    const count = text.tokens((whole) => {
      seen.push(whole);
      return characters(whole);
    });
    expect(seen).toEqual(['Kondensatoren speichern 𝄞 Ladung']);
    expect(count).toBe(characters('Kondensatoren speichern 𝄞 Ladung'));
  });

  test('nothing is nothing, and asks nobody', () => {
    expect(
      new OutputText().tokens(() => {
        throw new Error('asked');
      }),
    ).toBe(0);
  });

  test('beyond what is kept, the rest is taken to be as dense', () => {
    const text = new OutputText();
    for (let piece = 0; piece < 40_000; piece++) text.add('abcd');
    expect(text.byteCount).toBe(160_000);
    let asked = 0;
    const tokens = text.tokens((sample) => {
      asked = sample.length;
      return sample.length / 4;
    });
    expect(asked).toBe(KEPT_BYTES);
    expect(tokens).toBe(40_000);
  });

  test('its length in bytes is right, however it comes in pieces', () => {
    const piece = fc.string({ unit: 'grapheme', maxLength: 3_000 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = new OutputText();
        for (const each of pieces) text.add(each);
        expect(text.byteCount).toBe(Buffer.byteLength(pieces.join('')));
        const sample = { length: 0 };
        text.tokens((kept) => {
          sample.length = Buffer.byteLength(kept);
          expect(pieces.join('').startsWith(kept)).toBe(true);
          return 1;
        });
        expect(sample.length).toBeLessThanOrEqual(KEPT_BYTES);
      }),
    );
  });
});
