/** Framings broken in every way, in 100,000 variants, held against the slow way of reading them. */
import { describe, expect, it } from 'vitest';

import type { FrameFate, Framing } from '../../services/providers/frames/frame.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { cutAt, everyByte, expectedOf, partsOf, passageOf } from './frames-reference.ts';

type Random = () => number;

const bytesOf = (text: string): number[] => [...Buffer.from(text)];
const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;

const LINES = [
  'data: {"choices":[{"delta":{"content":"Grüße 🎈"}}],"usage":null}',
  'data: [DONE]',
  'data:{"response":"x"}',
  'data: ',
  'data',
  'data:  two spaces',
  'datax: no',
  ': OPENROUTER PROCESSING',
  ':',
  'event: response.output_text.delta',
  'event',
  'id: 7\u0000',
  'retry: 3000',
  '{"response":"chunk"}',
  '{"error":"late"} ',
  '',
  '',
  '',
  '  ',
].map(bytesOf);
const INVALID = [
  [0xff],
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x8e],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf],
];
const ENDINGS = ['\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\r\r', '\n\r', '\r\n\n'].map(bytesOf);

function stream(random: Random): Uint8Array {
  const bytes: number[] = random() < 0.1 ? [0xef, 0xbb, 0xbf] : [];
  const ending = random() < 0.5 ? pick(random, ENDINGS) : null;
  for (let lines = Math.floor(random() * 7); lines >= 0; lines--) {
    bytes.push(...pick(random, LINES), ...(ending ?? pick(random, ENDINGS)));
    if (random() < 0.04) bytes.push(...bytesOf('data: ' + 'long '.repeat(random() * 60)));
  }
  return Uint8Array.from(bytes);
}

/** Flips, drops, doubles, NULs, bytes that are no UTF-8, an end too early. */
function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = [...bytes];
  for (let times = Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * (changed.length + 1));
    const kind = Math.floor(random() * 6);
    if (kind === 0) changed[at] = Math.floor(random() * 256);
    if (kind === 1) changed.splice(at, 1 + Math.floor(random() * 4));
    if (kind === 2) changed.splice(at, 0, ...changed.slice(at, at + 9));
    if (kind === 3) changed.splice(at, 0, 0);
    if (kind === 4) changed.splice(at, 0, ...pick(random, INVALID));
    if (kind === 5) changed.length = at;
  }
  return Uint8Array.from(changed);
}

function chunksOf(random: Random, bytes: Uint8Array): Uint8Array[] {
  const kind = random();
  if (kind < 0.2) return everyByte(bytes);
  if (kind < 0.3) return [bytes];
  const pieces = kind < 0.6 ? 2 : 2 + Math.floor(random() * 8);
  const cuts = Array.from({ length: pieces - 1 }, () => Math.floor(random() * (bytes.length + 1)));
  return cutAt(
    bytes,
    cuts.sort((a, b) => a - b),
  );
}

const sizes = (chunks: readonly Uint8Array[]): string => chunks.map(({ length }) => length).join();

/** One stream through the splitter and the reference; what differs is named with what led to it. */
function judge(
  framing: Framing,
  bytes: Uint8Array,
  chunks: readonly Uint8Array[],
  random: Random,
): void {
  const frameBytesMax = pick(random, [16, 40, 150, 1_048_576]);
  const mayHide = random() < 0.7;
  const fates = Array.from({ length: 7 }, (): FrameFate => (random() < 0.3 ? 'hide' : 'keep'));
  const stopsAt = random() < 0.2 ? Math.floor(random() * 4) : -1;
  const fateOf = (index: number): FrameFate =>
    index === stopsAt ? 'stop' : (fates[index % fates.length] as FrameFate);
  const expected = expectedOf(partsOf(framing, bytes, frameBytesMax), mayHide, fateOf);
  const got = passageOf(framing, { mayHide, frameBytesMax }, chunks, fateOf);
  const said = JSON.stringify(got.frames) === JSON.stringify(expected.frames);
  if (said && got.heldMax <= frameBytesMax && isPassed(got.passed, expected, mayHide)) return;
  const shown = { framing, frameBytesMax, mayHide, fates, stopsAt, sizes: sizes(chunks) };
  const label = `${JSON.stringify(shown)} ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`;
  expect({ passed: got.passed, frames: got.frames, held: got.heldMax }, label).toEqual({
    ...expected,
    held: 0,
  });

  function isPassed(passed: string, wanted: typeof expected, holds: boolean): boolean {
    if (passed === wanted.passed) return true;
    const isStopped = stopsAt >= 0 && wanted.frames.length > stopsAt;
    if (!isStopped) return false;
    if (`${passed}\n` === wanted.passed) return true;
    const original = Buffer.from(bytes).toString('latin1');
    const isLong = wanted.frames.at(-1)?.isTooLong === true;
    return isLong && !holds && original.startsWith(passed) && passed.startsWith(wanted.passed);
  }
}

describe('frames, mutated', () => {
  it.each([
    ['sse', 'as they may be', 30_000, 4711],
    ['sse', 'broken', 35_000, 4712],
    ['ndjson', 'as they may be', 10_000, 4713],
    ['ndjson', 'broken', 15_000, 4714],
  ] as const)('%s framings, %s, are read alike however they are split: %i of them', (...row) => {
    const [framing, kind, count, seed] = row;
    const random = seededRandom(seed);
    for (let index = 0; index < count; index++) {
      const bytes = kind === 'broken' ? mutated(random, stream(random)) : stream(random);
      judge(framing, bytes, chunksOf(random, bytes), random);
    }
  });

  it.each(['sse', 'ndjson'] as const)('%s is read alike wherever it is cut in two', (framing) => {
    const random = seededRandom(4715);
    let count = 0;
    while (count < 5_000) {
      const bytes = mutated(random, stream(random));
      for (let at = 0; at <= bytes.length; at++, count++) {
        judge(framing, bytes, cutAt(bytes, [at]), random);
      }
    }
  });
});
