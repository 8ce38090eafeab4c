/** What frames say: events as the WHATWG has them, and lines of JSON. */
import { describe, expect, it } from 'vitest';

import type { Framing } from '../../services/providers/frames/frame.ts';
import { everyByte, passageOf } from './frames-reference.ts';

/** Event and data of each frame, alike in one piece and byte by byte. */
function said(framing: Framing, text: string | Uint8Array): string[][] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const [whole, single] = [[bytes], everyByte(bytes)].map((chunks) =>
    passageOf(framing, { mayHide: true }, chunks).frames.map(({ event, data, isUnended }) =>
      isUnended ? [event, data, 'unended'] : [event, data],
    ),
  );
  expect(single).toEqual(whole);
  return whole as string[][];
}

describe('events', () => {
  it.each([
    [
      'end with a blank line',
      'data: 1\n\ndata: 2\n\n',
      [
        ['', '1'],
        ['', '2'],
      ],
    ],
    [
      'may have lines that end in CR',
      'data: 1\r\rdata: 2\r\r',
      [
        ['', '1'],
        ['', '2'],
      ],
    ],
    [
      'may have lines that end in CRLF',
      'data: 1\r\n\r\ndata: 2\r\n\r\n',
      [
        ['', '1'],
        ['', '2'],
      ],
    ],
    ['may mix line ends', 'data: 1\r\ndata: 2\r\ndata: 3\n\r\n', [['', '1\n2\n3']]],
    ['join their lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', [['', 'YHOO\n+2\n10']]],
    [
      'lose one leading space of data',
      'data:x\n\ndata: x\n\ndata:  x\n\n',
      [
        ['', 'x'],
        ['', 'x'],
        ['', ' x'],
      ],
    ],
    [
      'may have empty data',
      'data\n\ndata\ndata\n\ndata: \n\n',
      [
        ['', ''],
        ['', '\n'],
        ['', ''],
      ],
    ],
    [
      'have a name',
      'event: a\ndata: 1\n\ndata: 2\nevent:b\n\n',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['have the last of several names', 'event: a\nevent: b\ndata: 1\n\n', [['b', '1']]],
    ['lose an empty name', 'event: a\nevent\ndata: 1\n\n', [['', '1']]],
    ['without data are none', 'event: ping\n\nid: 1\n\n\n\ndata: 1\n\n', [['', '1']]],
    [
      'ignore id, retry and the unknown',
      'id: 1\nretry: 2\nfoo: 3\ndata : 4\nDATA: 5\ndata: 6\n\n',
      [['', '6']],
    ],
    ['may be among comments', ': ping\n\n:\ndata: 1\n: in it\n\n', [['', '1']]],
    [
      'may follow a byte order mark',
      '\ufeffdata: 1\n\ndata: \ufeff2\n\n',
      [
        ['', '1'],
        ['', '\ufeff2'],
      ],
    ],
    [
      'may follow a byte order mark and a blank line',
      '\ufeff\n\ufeffdata: 0\n\ndata: 1\n\n',
      [['', '1']],
    ],
    ['may hold colons and NULs', 'data: a:b\0c\n\n', [['', 'a:b\0c']]],
    [
      'left without a blank line are told apart',
      'data: 1\n\ndata: [DONE]\n',
      [
        ['', '1'],
        ['', '[DONE]', 'unended'],
      ],
    ],
    ['left within a line are, too', 'event: a\ndata: {"x', [['a', '{"x', 'unended']]],
    ['left without data are none', 'data: 1\n\nevent: a\n', [['', '1']]],
  ])('%s', (_, text, expected) => {
    expect(said('sse', text)).toEqual(expected);
  });

  it('have U+FFFD where bytes are no UTF-8, line by line', () => {
    const bytes = Buffer.concat([
      Buffer.from('data: a'),
      Buffer.of(0xe2, 0x82),
      Buffer.from('\ndata: '),
      Buffer.of(0xac, 0xff),
      Buffer.from('\n\n'),
    ]);
    expect(said('sse', bytes)).toEqual([['', 'a\ufffd\n\ufffd\ufffd']]);
  });
});

describe('lines of JSON', () => {
  it.each([
    [
      'end with a line feed',
      '{"a":1}\n{"b":2}\n',
      [
        ['', '{"a":1}'],
        ['', '{"b":2}'],
      ],
    ],
    [
      'may end in CRLF',
      '{"a":1}\r\n{"b":2}\r\n',
      [
        ['', '{"a":1}'],
        ['', '{"b":2}'],
      ],
    ],
    ['that are blank are none', '\n \t\n\r\n{"a":1}\n\n', [['', '{"a":1}']]],
    ['may follow a byte order mark', '\ufeff{"a":"\ufeff"}\n', [['', '{"a":"\ufeff"}']]],
    [
      'left without a line feed are told apart',
      '{"a":1}\n{"b":2}',
      [
        ['', '{"a":1}'],
        ['', '{"b":2}', 'unended'],
      ],
    ],
    [
      'hold what SSE would split',
      '"a\rb"\n: c\n',
      [
        ['', '"a\rb"'],
        ['', ': c'],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(said('ndjson', text)).toEqual(expected);
  });
});
