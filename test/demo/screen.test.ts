import { describe, expect, test } from 'vitest';

import { screen } from '../../visualizations/demo/screen.ts';
import { viewOf } from './views.ts';

const draw = (width: number, height = 24, colour = false): string[] =>
  screen(viewOf(), { width, height, colour, pageUrl: null });

describe('the screen', () => {
  test('at 80 columns shows story, breakers, what was saved and what changed', () => {
    const [header, story, progress, ...rest] = draw(79);
    expect(header).toMatch(/^ fuseboard demo  seed 4711  8\.1 of 20\.0 s +all simulated$/);
    expect(story).toBe(
      ' simulated providers are healthy → slow → [outage] → rate limit → recovery',
    );
    expect(progress).toMatch(/^ ━{31}─{46}$/);
    expect(rest).toEqual([
      '',
      ' breaker             state                   ok  failed  429  refused     p50',
      ' openai gpt-4o-mini  open, probe in 1.3 s   234      12    3       51   84 ms',
      ' openai embeddings   half_open              234      12    3       51   84 ms',
      ' openai o3           closed                 234      12    3       51   84 ms',
      ' perplexity sonar    open, held by quota    234      12    3       51   84 ms',
      ' lightrag query      closed                 234      12    3       51   84 ms',
      '',
      ' saved  255 requests never sent, about 61.7 s of waiting spared',
      ' money  run 3 $0.4123 of $1.14   run 3 o3 $0.21 of $0.25, strained',
      '        openai $0.2613   perplexity $0.101   lightrag $0.05',
      '        expected $0.40, was $0.3981   chat-pace: 48 slowed, 12 refused',
      '',
      '   0.0 s  openai o3          closed → open: failures in a row (0)',
      '   0.1 s  openai o3          closed → open: failures in a row (1)',
      '   0.2 s  openai o3          closed → open: failures in a row (2)',
      '',
      '',
      '',
      '',
      ' Ctrl-C stops; started again, it goes on from there',
    ]);
  });

  test('at 60 columns leaves out what can be missed', () => {
    const lines = draw(59);
    expect(lines[1]).toBe(' healthy slow [outage] rate limit recovery');
    expect(lines[4]).toBe(' breaker             state            ok  failed  refused');
    expect(lines[5]).toBe(' openai gpt-4o-mini  open, 1.3 s     234      12       51');
    expect(lines[8]).toBe(' perplexity sonar    open, held      234      12       51');
    expect(lines[11]).toBe(' saved  255 not sent, about 61.7 s of waiting spared');
    expect(lines[12]).toBe(' money  run 3 $0.4123 of $1.14   run 3 o3 $0.21 of $0.25, …');
    expect(lines[14]).toBe('   0.0 s  openai o3          closed → open: failures in a …');
  });

  test('at 100 columns has room for costs, at 140 for the policies', () => {
    expect(draw(99)[4]).toMatch(/ calls\/s .* p50     cost$/);
    expect(draw(99)[5]).toMatch(/84 ms  \$0\.1234$/);
    expect(draw(139)[5]).toMatch(/84 ms  \$0\.1234  trips after 5 failures$/);
  });

  test('says which providers are real, and that only the others have a story', () => {
    const { providers } = viewOf();
    const size = { width: 79, height: 24, colour: false, pageUrl: null };
    const real = (count: number) =>
      providers.map((each, index) => ({ ...each, isReal: index < count }));
    const [header, story] = screen(viewOf(0, { providers: real(2) }), size);
    expect(header).toMatch(/ REAL: openai, perplexity$/);
    expect(story).toMatch(/^ simulated providers are healthy/);
    expect(screen(viewOf(0, { providers: real(3) }), size)[1]).toBe(' nothing is simulated');
  });

  test.each([20, 40, 59, 60, 72, 79, 100, 112, 200])('at %i columns no line is longer', (width) => {
    for (const line of draw(width)) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test.each([1, 5, 12, 15, 18, 24, 60])('in %i lines has no more of them', (height) => {
    expect(draw(79, height).length).toBeLessThanOrEqual(height);
  });

  test('where there is little room, keeps the latest changes', () => {
    const lines = screen(viewOf(20), { width: 79, height: 20, colour: false, pageUrl: null });
    expect(lines.filter((line) => line.includes('closed → open'))).toEqual([
      '   1.8 s  openai o3          closed → open: failures in a row (18)',
      '   1.9 s  openai o3          closed → open: failures in a row (19)',
    ]);
  });

  test('what happened to money stands among the changes, in the order of time', () => {
    const { money } = viewOf();
    const moments = [
      { elapsedMs: 150, about: 'rule', what: 'chat-pace slows chat to 50 %' },
      { elapsedMs: 50, about: 'budget', what: 'run 3 o3 is strained' },
    ] as const;
    const lines = screen(viewOf(3, { money: { ...money, moments } }), {
      width: 79,
      height: 24,
      colour: false,
      pageUrl: null,
    });
    expect(lines.slice(16, 21).map((line) => line.slice(10, 28).trim())).toEqual([
      ...['openai o3', 'budget', 'openai o3', 'rule', 'openai o3'],
    ]);
    expect(lines[17]).toBe('   0.1 s  budget             run 3 o3 is strained');
  });

  test('in colour says the same, each state in its own', () => {
    const escape = String.fromCharCode(27);
    const coloured = draw(79, 24, true);
    const plain = coloured.map((line) => line.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), ''));
    expect(plain.map((line) => line.trimEnd())).toEqual(draw(79));
    expect(coloured[5]).toContain(`${escape}[31mopen, probe in 1.3 s${escape}[0m`);
    expect(coloured[6]).toContain(`${escape}[33mhalf_open${escape}[0m`);
    expect(coloured[7]).toContain(`${escape}[32mclosed${escape}[0m`);
  });

  test('before the first call shows no latency, and after the end a full bar', () => {
    const { breakers } = viewOf();
    const fresh = breakers.map((each) => ({ ...each, tally: { ...each.tally, p50Ms: null } }));
    const view = viewOf(0, { breakers: fresh, elapsedMs: 20_000, phase: 'recovery' });
    const lines = screen(view, { width: 79, height: 24, colour: false, pageUrl: null });
    expect(lines[2]).toBe(` ${'━'.repeat(77)}`);
    expect(lines[5]).toMatch(/ 51$/);
  });
});
