/** Parts of texts, held against the encodings that are to count them. */
import fc from 'fast-check';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';

import { eachPart, RUN_MAX } from '../../services/cost/tokens/token-splitter.ts';

interface Part {
  readonly text: string;
  readonly isForced: boolean;
}

/** Cut at every seam, so that each of them is put to the test, unless told otherwise. */
function partsOf(text: string, partAim = 1): Part[] {
  const parts: Part[] = [];
  eachPart(
    text,
    (start, end, isForced) => {
      parts.push({ text: text.slice(start, end), isForced });
      return true;
    },
    partAim,
  );
  return parts;
}

const AS_TEXT = { disallowedSpecial: new Set<string>() };

const HIGH_AT_END = /[\ud800-\udbff]$/;
const LOW_AT_START = /^[\udc00-\udfff]/;

/** What prompts are made of, in any order: the joints between them are what matters. */
const pieces = fc.oneof(
  fc.constantFrom(' ', '  ', '\n', '\r\n', '\n\n', '\t', '\u00a0', '\u3000', '\u2028', '/', '\n/'),
  fc.constantFrom("'s", "'", '’ll', '!', '...', '});', '---', '=>', '"', '，', '。', '漢字', 'ไทย'),
  fc.constantFrom(
    'The',
    "don't",
    " it's",
    'CamelCase',
    'été',
    'e\u0301',
    '12',
    '1234567',
    '<|endoftext|>',
  ),
  fc.constantFrom('😀', '👩‍👩‍👧', '\ud800', '\udc00', '\u0000', '\ufeff', '𝒳'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const prompts = fc.array(pieces, { maxLength: 120 }).map((all) => all.join(''));
/** The same with one piece that runs on. */
const runs = fc
  .tuple(prompts, pieces, fc.integer({ min: 10, max: 90 }), prompts)
  .map(([before, piece, times, after]) => before + piece.repeat(times) + after);
const texts = fc.oneof(prompts, runs, fc.string({ unit: 'binary', maxLength: 400 }));

describe('the parts of a text', () => {
  test('are the whole text, none of them empty', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parts = partsOf(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const part of parts) expect(part.text.length).toBeGreaterThan(0);
      }),
    );
  });

  test('part no surrogate pair', () => {
    const emoji = fc.array(fc.constantFrom('😀', 'a', '\ud800', '𝒳'), { maxLength: 300 });
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          emoji.map((all) => all.join('')),
        ),
        (text) => {
          const parts = partsOf(text);
          parts.slice(1).forEach((part, index) => {
            const isCut =
              HIGH_AT_END.test(parts[index]?.text ?? '') && LOW_AT_START.test(part.text);
            expect(isCut).toBe(false);
          });
        },
      ),
    );
  });

  test('have 64 characters at most where they are forced', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const part of partsOf(text)) {
          if (part.isForced) expect(part.text.length).toBeLessThanOrEqual(RUN_MAX);
        }
      }),
    );
  });

  test('hold no run of 65 letters, signs or spaces that is not forced', () => {
    const run = /\p{L}{65}|\s{65}|[^\s\p{L}\p{N}\p{M}'’\p{Cs}]{65}/u;
    fc.assert(
      fc.property(texts, (text) => {
        for (const part of partsOf(text)) {
          if (!part.isForced) expect(run.test(part.text)).toBe(false);
        }
      }),
    );
  });

  test.each([
    ['o200k_base', o200k],
    ['cl100k_base', cl100k],
  ])('have together as many tokens of %s as the text, where none is forced', (_, encoding) => {
    fc.assert(
      fc.property(texts, (text) => {
        const parts = partsOf(text);
        fc.pre(parts.every((part) => !part.isForced));
        const counts = parts.map((part) => encoding.countTokens(part.text, AS_TEXT));
        const sum = counts.reduce((total, count) => total + count, 0);
        expect(sum).toBe(encoding.countTokens(text, AS_TEXT));
      }),
      { numRuns: 300 },
    );
  });

  test('are no more once the visitor has had enough', () => {
    let visits = 0;
    eachPart('x'.repeat(1_000), () => ++visits < 3);
    expect(visits).toBe(3);
  });
});

describe('a text with runs', () => {
  test.each([
    ['o200k_base', o200k],
    ['cl100k_base', cl100k],
  ])(
    'has no more tokens of %s than the bytes of its forced parts and the others',
    (_, encoding) => {
      fc.assert(
        fc.property(runs, fc.constantFrom(1, 100), (text, partAim) => {
          const whole = encoding.countTokens(text, AS_TEXT);
          let least = 0;
          let most = 0;
          for (const part of partsOf(text, partAim)) {
            const count = encoding.countTokens(part.text, AS_TEXT);
            least += part.isForced ? 0 : count;
            most += part.isForced ? Buffer.byteLength(part.text) : count;
          }
          expect(whole).toBeGreaterThanOrEqual(least);
          expect(whole).toBeLessThanOrEqual(most);
        }),
        { numRuns: 300 },
      );
    },
  );

  test('is cut into parts of about 4,096 characters otherwise', () => {
    const parts: number[] = [];
    eachPart('word '.repeat(4_000), (start, end) => parts.push(end - start) > 0);
    expect(parts).toHaveLength(5);
    for (const length of parts.slice(0, -1)) expect(Math.abs(length - 4_096)).toBeLessThan(10);
  });
});
