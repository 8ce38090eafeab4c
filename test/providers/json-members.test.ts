/** Members set in the text of a JSON object: those and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { withMembers, withMembersBytes } from '../../services/providers/json-members.ts';
import type { JsonObject } from '../../services/providers/profile.ts';

const USAGE = { stream_options: { include_usage: true } };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the object must be, the plain way. */
function merged(there: JsonObject, members: JsonObject): JsonObject {
  const result = new Map(Object.entries(there));
  for (const [key, value] of Object.entries(members)) {
    const before = Object.hasOwn(there, key) ? there[key] : undefined;
    const both = isObject(before) && isObject(value);
    result.set(key, both ? { ...before, ...value } : value);
  }
  return Object.fromEntries(result);
}

const viaBytes = (text: string, members: JsonObject): string | null => {
  const bytes = withMembersBytes(Buffer.from(text), members);
  return bytes === null ? null : Buffer.from(bytes).toString();
};

describe.each([
  ['text', withMembers],
  ['bytes', viaBytes],
])('members set in %s', (_, set) => {
  it.each([
    ['{}', '{"stream_options":{"include_usage":true}}'],
    [' { } ', ' {"stream_options":{"include_usage":true} } '],
    ['{"a":1.0 }\n', '{"a":1.0,"stream_options":{"include_usage":true} }\n'],
    ['{"stream_options":null}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options":{}}', '{"stream_options":{"include_usage":true}}'],
    ['{"stream_options":{"include_usage":false}}', '{"stream_options":{"include_usage":true}}'],
    [
      '{"stream_options" : {"include_obfuscation": false} ,"z":[{"}":"]"}]}',
      '{"stream_options" : {"include_obfuscation": false,"include_usage":true} ,"z":[{"}":"]"}]}',
    ],
    [
      '{"a":1e400,"b":12345678901234567890,"c":-0,"d":"\\u00e9\\ud800\\"\\\\"}',
      '{"a":1e400,"b":12345678901234567890,"c":-0,"d":"\\u00e9\\ud800\\"\\\\",' +
        '"stream_options":{"include_usage":true}}',
    ],
    [
      '{"stream_options":{"x":1},"a":2,"stream_options":{"y":3}}',
      '{"stream_options":{"x":1},"a":2,"stream_options":{"y":3,"include_usage":true}}',
    ],
    ['{"stream\\u005foptions":7}', '{"stream\\u005foptions":{"include_usage":true}}'],
    [
      '{"a":{"stream_options":1}}',
      '{"a":{"stream_options":1},"stream_options":{"include_usage":true}}',
    ],
  ])('leave all else in %s', (text, expected) => {
    expect(set(text, USAGE)).toBe(expected);
  });

  it('may be several, of any kind, and replace what is not an object', () => {
    expect(set('{"b":[1],"a":"x"}', { a: 1, b: { c: 2 }, d: null, é: 'ü' })).toBe(
      '{"b":{"c":2},"a":1,"d":null,"é":"ü"}',
    );
    expect(set('{"é":1,"\\u00fc":2}', { é: 3, ü: 4 })).toBe('{"é":3,"\\u00fc":4}');
    expect(set('{"a":{"b":{"c":1}}}', { a: { b: { d: 2 } } })).toBe('{"a":{"b":{"d":2}}}');
  });

  it('may be none, or what JSON cannot hold', () => {
    expect(set('{"a": 1}', {})).toBe('{"a": 1}');
    expect(set('{"a": 1}', { a: undefined, b: undefined })).toBe('{"a": 1}');
  });

  it('take names that objects have anyway for what they are: names', () => {
    expect(set('{"a":1}', { toString: 1, constructor: { x: 1 } })).toBe(
      '{"a":1,"toString":1,"constructor":{"x":1}}',
    );
    expect(set('{"__proto__":{"x":1},"hasOwnProperty":2}', USAGE)).toBe(
      '{"__proto__":{"x":1},"hasOwnProperty":2,"stream_options":{"include_usage":true}}',
    );
  });

  it.each([
    '',
    ' ',
    '[]',
    '1',
    'null',
    '"{}"',
    '{',
    '{"a":1',
    '{"a":1}}',
    '{a:1}',
    "{'a':1}",
    '{"a":}',
  ])('are not set in %j, which is no JSON object', (text) => {
    expect(set(text, USAGE)).toBeNull();
  });

  it('are set whatever the text nests, quotes or repeats, in time with its length', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const quoted = `{"a":"${'\\"'.repeat(300_000)}${'\\\\'.repeat(300_000)}"}`;
    const doubled = `{${'"n":1,'.repeat(100_000)}"a":0}`;
    for (const text of [deep, quoted, doubled]) {
      expect(set(text, { n: 2 })?.length).toBeGreaterThanOrEqual(text.length);
    }
  });
});

describe('members, for any object', () => {
  // Node 24.21's JSON.parse takes a name of one escaped character for another one: not drawn here.
  const unescaped = fc.string({ maxLength: 3 }).filter((name) => !/["\\]/.test(name));
  const key = fc.oneof(fc.constantFrom('a', 'b', 'é', 'x"y', 'p\\\\q'), unescaped);
  const object = fc.dictionary(
    key,
    fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(fc.integer()),
      fc.dictionary(key, fc.integer()),
    ),
  );
  const spaced = fc.tuple(object, fc.constantFrom(undefined, 1, '\t'));

  it('parse as the object with them set', () => {
    fc.assert(
      fc.property(spaced, object, ([there, space], members) => {
        const text = JSON.stringify(there, null, space);
        const expected = merged(JSON.parse(text) as JsonObject, members);
        for (const set of [withMembers, viaBytes]) {
          const got = set(text, members);
          expect(JSON.parse(got as string)).toEqual(JSON.parse(JSON.stringify(expected)));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are taken out again by their text, and leave the original', () => {
    fc.assert(
      fc.property(spaced, fc.jsonValue({ maxDepth: 1 }), ([there, space], value) => {
        const text = JSON.stringify(there, null, space);
        const name = 'a name that is not there';
        const got = withMembers(text, { [name]: value }) as string;
        const added = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
        const comma = Object.keys(there).length === 0 ? '' : ',';
        expect(got.split(comma + added)).toHaveLength(2);
        expect(got.replace(comma + added, () => '')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused exactly where JSON.parse finds no object, and nothing is ever thrown', () => {
    const broken = fc.tuple(
      object,
      fc.nat(),
      fc.constantFrom('"', '}', '\\', ',', '1', '', '\ufeff'),
    );
    fc.assert(
      fc.property(broken, ([there, place, put]) => {
        const whole = JSON.stringify(there);
        const at = place % (whole.length + 1);
        const text = whole.slice(0, at) + put + whole.slice(at + 1);
        let isWell = false;
        try {
          isWell = isObject(JSON.parse(text));
        } catch {
          // Not JSON at all.
        }
        expect(withMembers(text, USAGE) !== null).toBe(isWell);
      }),
      { numRuns: 2000 },
    );
  });
});

it('bytes that are no UTF-8 stay as they are', () => {
  const body = Buffer.concat([
    Buffer.from('{"a":"'),
    Buffer.of(0xff, 0xc3),
    Buffer.from('","b":1}'),
  ]);
  const got = Buffer.from(withMembersBytes(body, { b: 'ü' }) ?? []);
  expect(got.toString('latin1')).toBe('{"a":"\xff\xc3","b":"Ã¼"}');
  expect(withMembersBytes(body, {})).toBe(body);
  const part = new Uint8Array(Buffer.from('xx{"a":1}yy')).subarray(2, 9);
  expect(Buffer.from(withMembersBytes(part, { a: 2 }) ?? []).toString()).toBe('{"a":2}');
});
