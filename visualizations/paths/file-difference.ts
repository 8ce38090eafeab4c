/**
 * How a test file differs from what would be written today. What a formatter does to it does not
 * count: spaces, line ends, semicolons, quotes, trailing commas; nor do comments.
 */
import { transitionsListed } from './paths-file.ts';

export interface FileDifference {
  /** Titles of tests that are missing in the file. */
  readonly pathsAdded: readonly string[];
  /** Titles of tests that would not be written any more. */
  readonly pathsRemoved: readonly string[];
  /** Titles of tests whose steps are others now. */
  readonly pathsChanged: readonly string[];
  /** Ids of transitions that the machine has, and had not. */
  readonly transitionsAdded: readonly string[];
  /** Ids of transitions that the machine had, and has no more. */
  readonly transitionsRemoved: readonly string[];
}

/** Undefined where the two say the same. */
export function differenceOf(file: string, today: string): FileDifference | undefined {
  const [before, after] = [tokens(file), tokens(today)];
  const listed = transitionsListed(today) ?? [];
  const listedBefore = transitionsListed(file) ?? listed;
  const isSame = before.join('\n') === after.join('\n');
  if (isSame && listed.join('\n') === listedBefore.join('\n')) return undefined;
  const [testsBefore, testsAfter] = [testsOf(before), testsOf(after)];
  const titles = [...testsAfter.keys()];
  return {
    pathsAdded: without(titles, testsBefore),
    pathsRemoved: without([...testsBefore.keys()], testsAfter),
    pathsChanged: titles.filter(
      (title) => testsBefore.has(title) && testsBefore.get(title) !== testsAfter.get(title),
    ),
    transitionsAdded: without(listed, new Set(listedBefore)),
    transitionsRemoved: without(listedBefore, new Set(listed)),
  };
}

const without = (
  names: readonly string[],
  others: { has(name: string): boolean },
): readonly string[] => names.filter((name) => !others.has(name));

const TOKEN =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\s+|[\w$]+|[\s\S]/g;

/** The source without what a formatter may change. Strings are in double quotes. */
function tokens(source: string): readonly string[] {
  const kept = (source.match(TOKEN) ?? [])
    .filter((token) => !/^(\s|\/\/|\/\*|;$)/.test(token))
    .map((token) =>
      /^['"]/.test(token) ? `"${token.slice(1, -1).replaceAll(/\\(['"])/g, '$1')}"` : token,
    );
  return kept.filter((token, at) => token !== ',' || !/^[)\]}]$/.test(kept[at + 1] ?? ''));
}

/** The tests inside of `describe`, by title: what is between this title and the next. */
function testsOf(source: readonly string[]): ReadonlyMap<string, string> {
  const tests = new Map<string, string>();
  const starts = source.flatMap((token, at) => {
    const isCall = (token === 'describe' || token === 'it') && source[at + 1] === '(';
    return isCall && source[at + 2]?.startsWith('"') ? [at] : [];
  });
  let group = '';
  for (const [index, at] of starts.entries()) {
    const title = (source[at + 2] ?? '').slice(1, -1);
    if (source[at] === 'describe') group = title;
    else if (!title.startsWith(COVERAGE)) {
      const body = source.slice(at + 3, starts[index + 1] ?? source.length).join(' ');
      tests.set(`${group}: ${title}`, body.replace(/[ })]+$/, ''));
    }
  }
  return tests;
}

/** The one test that is not a path. */
const COVERAGE = 'takes every configured transition in the tests above';
