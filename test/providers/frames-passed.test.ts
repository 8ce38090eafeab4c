/** What a splitter passes on of a stream, when, and how much of it it keeps meanwhile. */
import { describe, expect, it } from 'vitest';

import { createFrameSplitter } from '../../services/providers/frames/frame-splitter.ts';
import type { Frame, FrameFate } from '../../services/providers/frames/frame.ts';
import { HeldBytes } from '../../services/providers/frames/held-bytes.ts';
import { cutAt, passageOf } from './frames-reference.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);
const keep = (): FrameFate => 'keep';
const hideUsage = ({ data }: Readonly<Frame>): FrameFate =>
  data.startsWith('usage') ? 'hide' : 'keep';

describe('bytes passed on', () => {
  it.each([true, false])('are the chunk itself where frames are whole (mayHide %s)', (mayHide) => {
    const splitter = createFrameSplitter('sse', { mayHide });
    for (const text of ['data: 1\n\n', ': ping\n', '\n', 'data: 2\n\ndata: 3\n\n']) {
      const chunk = bytesOf(text);
      expect(splitter.push(chunk, keep)).toBe(chunk);
      expect(splitter.heldBytes).toBe(0);
      expect(splitter.isMidFrame).toBe(false);
    }
    expect(splitter.end(keep)).toBeNull();
  });

  it('are every chunk at once where nothing may be hidden', () => {
    const splitter = createFrameSplitter('ndjson');
    const first = bytesOf('{"a":1}\n{"us');
    expect(splitter.push(first, keep)).toBe(first);
    expect(splitter.isMidFrame).toBe(true);
    const second = bytesOf('age":2}\n');
    expect(splitter.push(second, () => 'hide')).toBe(second);
    expect(splitter.isMidFrame).toBe(false);
  });

  it('leave out what is hidden, and wait for the end of a frame no longer than that', () => {
    const splitter = createFrameSplitter('sse', { mayHide: true });
    const push = (text: string) => textOf(splitter.push(bytesOf(text), hideUsage));
    expect(push('data: 1\n\ndata: us')).toBe('data: 1\n\n');
    expect(push('age')).toBeNull();
    expect(splitter.heldBytes).toBe('data: usage'.length);
    expect(splitter.isMidFrame).toBe(false);
    expect(push('\r\n\r')).toBeNull();
    expect(push('\n')).toBeNull();
    expect(push('data: 2')).toBeNull();
    expect(push('\n\ndata: usage\n\n: x\ndata: 3')).toBe('data: 2\n\n: x\n');
    expect(push('\n\r')).toBe('data: 3\n\r');
    expect(push('\ndata: [DONE]')).toBe('\n');
    expect(textOf(splitter.end(hideUsage))).toBe('data: [DONE]');
    expect(splitter.isMidFrame).toBe(true);
    expect(push('data: late\n\n')).toBeNull();
    expect(splitter.end(hideUsage)).toBeNull();
  });

  it('end with the frame that stops them', () => {
    for (const mayHide of [true, false]) {
      const splitter = createFrameSplitter('sse', { mayHide });
      const stop = ({ data }: Readonly<Frame>): FrameFate => (data === '2' ? 'stop' : 'keep');
      splitter.push(bytesOf('data: 1\n\ndata'), stop);
      const rest = textOf(splitter.push(bytesOf(': 2\n\ndata: 3\n\ndata: 4'), stop));
      expect(rest).toBe(mayHide ? 'data: 2\n\n' : ': 2\n\n');
      expect(splitter.isMidFrame).toBe(false);
      expect(splitter.heldBytes).toBe(0);
      expect(splitter.push(bytesOf('data: 5\n\n'), stop)).toBeNull();
      expect(splitter.end(stop)).toBeNull();
    }
  });

  it('share no memory with what is kept: a chunk may be written over or handed away', () => {
    const splitter = createFrameSplitter('sse', { mayHide: true });
    const first = bytesOf('data: 1');
    splitter.push(first, keep);
    first.fill(0);
    const second = splitter.push(bytesOf('\n\ndata: 2'), keep);
    expect(textOf(second)).toBe('data: 1\n\n');
    second?.fill(0);
    expect(textOf(splitter.push(bytesOf('\n\n'), keep))).toBe('data: 2\n\n');
  });
});

describe('a frame that is too long', () => {
  const long = `data: ${'x'.repeat(100)}`;

  it.each([
    ['in one chunk', []],
    ['in two', [40]],
    ['in many', [10, 20, 30, 40, 50, 60, 70, 108, 109]],
  ])('is passed on unread and told once, %s', (_, cuts) => {
    for (const mayHide of [true, false]) {
      const text = `data: 1\n\n${long}\n\ndata: 2\n\n`;
      const options = { mayHide, frameBytesMax: 64 };
      const { frames, passed, heldMax } = passageOf(
        'sse',
        options,
        cutAt(bytesOf(text), cuts),
        () => 'keep',
      );
      expect(passed).toBe(text);
      expect(frames.map(({ data, isTooLong }) => (isTooLong ? 'long' : data))).toEqual([
        '1',
        'long',
        '2',
      ]);
      expect(heldMax).toBeLessThanOrEqual(64);
    }
  });

  it('cannot be hidden, and stops nothing but what is left of it', () => {
    const splitter = createFrameSplitter('sse', { mayHide: true, frameBytesMax: 64 });
    const hide = (): FrameFate => 'hide';
    expect(textOf(splitter.push(bytesOf(long), hide))).toBe(long);
    expect(splitter.isMidFrame).toBe(true);
    expect(textOf(splitter.push(bytesOf('\n\ndata: 1\n\n'), hide))).toBe('\n\n');
    expect(splitter.isMidFrame).toBe(false);
    const stop = ({ isTooLong }: Readonly<Frame>): FrameFate => (isTooLong ? 'stop' : 'keep');
    expect(textOf(splitter.push(bytesOf(`data: 2\n\n${long}`), stop))).toBe('data: 2\n\n');
    expect(splitter.isMidFrame).toBe(false);
  });

  it('takes no memory, however long it is', () => {
    for (const framing of ['sse', 'ndjson'] as const) {
      for (const mayHide of [true, false]) {
        const splitter = createFrameSplitter(framing, { mayHide });
        const chunk = new Uint8Array(65_536).fill(120);
        let told = 0;
        let passed = 0;
        for (let index = 0; index < 1024; index++) {
          const bytes = splitter.push(chunk, () => (told++, 'keep'));
          passed += bytes?.length ?? 0;
          expect(splitter.heldBytes).toBeLessThanOrEqual(1_048_576);
        }
        expect(passed).toBe(1024 * chunk.length);
        expect(told).toBe(1);
        expect(splitter.heldBytes).toBe(0);
      }
    }
  });
});

describe('what is held', () => {
  it('is never in a buffer beyond its bound, and a large buffer goes with its frame', () => {
    const held = new HeldBytes(70_000);
    held.add(new Uint8Array(69_000), 0, 40_000);
    held.add(new Uint8Array(30_000), 0, 30_000);
    expect(held.bytes.length).toBe(70_000);
    held.clear();
    expect(held.bytes.length).toBe(0);
    held.add(new Uint8Array(10), 0, 10);
    held.clear();
    expect(held.bytes.length).toBe(512);
  });

  it.each([15, 2 ** 28 + 1, 1.5, Number.NaN])('has no bound of %d', (frameBytesMax) => {
    expect(() => createFrameSplitter('sse', { frameBytesMax })).toThrow(
      /^frameBytesMax must be an integer from 16 to 268435456, got /,
    );
  });
});

it.each([
  ['blank lines', '\n'],
  ['carriage returns', '\r'],
  ['comments', ':\n'],
  ['lines of data', 'data:x\n'],
  ['lines of names', 'event:x\r\n'],
  ['events', 'data\n\n'],
])('4 MB of %s pass in chunks of any size', (_, unit) => {
  const text = unit.repeat(4_000_000 / unit.length);
  const bytes = bytesOf(text);
  const cuts = Array.from({ length: 600 }, (__, index) => index * index * 11).filter(
    (at) => at < bytes.length,
  );
  const { passed, heldMax } = passageOf('sse', { mayHide: true }, cutAt(bytes, cuts));
  expect(passed === text).toBe(true);
  expect(heldMax).toBeLessThanOrEqual(1_048_576);
});
