/** Both stores under one contract, and what two connections of one file tell each other. */
import { describe, expect, it } from 'vitest';

import { sqliteBreakerStates } from '../../persistence/breaker-states.ts';
import { memoryStore } from '../../persistence/memory.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { breakerStatesContract } from './breaker-states.contract.ts';
import { coolingRow, latchedRow, names, row, stored } from './rows.ts';
import { atEnd, openSqliteStore, scratchFile } from './scratch.ts';

breakerStatesContract('memory', memoryStore);
breakerStatesContract('SQLite', () => openSqliteStore(scratchFile()));

function twoConnections() {
  const path = scratchFile();
  return [openSqliteStore(path).breakerStates, openSqliteStore(path).breakerStates] as const;
}

describe('changes between two connections of one file', () => {
  it('tells one connection what the other wrote, once', () => {
    const [here, there] = twoConnections();
    here.load();
    there.save([row('x'), coolingRow('y', 9_000)], 0);
    expect(names(here.changes().rows)).toEqual(['x', 'y']);
    expect(here.changes().rows).toEqual([]);
  });

  it('tells nothing that load has told', () => {
    const [here, there] = twoConnections();
    there.save([row('x')], 0);
    expect(names(here.load().rows)).toEqual(['x']);
    expect(here.changes().rows).toEqual([]);
  });

  it('tells everything to a connection that never loaded', () => {
    const [here, there] = twoConnections();
    there.save([row('x')], 0);
    expect(names(here.changes().rows)).toEqual(['x']);
  });

  it('tells what was written before, between and after own saves, and never the own rows', () => {
    const [here, there] = twoConnections();
    here.load();
    there.save([row('before')], 0);
    here.save([row('own 1')], 0);
    there.save([row('between')], 0);
    here.save([row('own 2')], 0);
    there.save([row('after')], 0);
    expect(names(here.changes().rows)).toEqual(['after', 'before', 'between']);
    expect(names(there.changes().rows)).toEqual(['own 1', 'own 2']);
  });

  it('tells an own row again when another connection has replaced it', () => {
    const [here, there] = twoConnections();
    here.save([coolingRow('x', 100)], 0);
    here.load();
    there.save([coolingRow('x', 200)], 0);
    expect(here.changes().rows).toEqual([coolingRow('x', 200)]);
  });

  it('does not tell of a row that lost', () => {
    const [here, there] = twoConnections();
    here.save([latchedRow('x')], 0);
    here.load();
    there.save([row('x')], 0);
    expect(here.changes().rows).toEqual([]);
    expect(stored(there, 'x')?.state).toBe('open.latched');
  });

  it.each(['load', 'changes'] as const)('misses nothing written while %s reads', (method) => {
    const file = openSqlite(scratchFile());
    atEnd(() => file.close());
    const there = openSqliteStore(file.path).breakerStates;
    let writeMeanwhile: (() => void) | null = null;
    const here = sqliteBreakerStates({
      ...file,
      read: (work) => {
        const result = file.read(() => {
          const seen = work();
          writeMeanwhile?.();
          return seen;
        });
        writeMeanwhile?.();
        return result;
      },
    });
    there.save([row('before')], 0);
    let count = 0;
    writeMeanwhile = () => there.save([row(`meanwhile ${count++}`)], 0);
    expect(names(here[method]().rows)).toEqual(['before']);
    writeMeanwhile = null;
    expect(names(here.changes().rows)).toEqual(['meanwhile 0', 'meanwhile 1']);
    expect(here.changes().rows).toEqual([]);
  });

  it('misses nothing that it could not read at first', () => {
    const file = openSqlite(scratchFile());
    atEnd(() => file.close());
    const there = openSqliteStore(file.path).breakerStates;
    let isBroken = false;
    const here = sqliteBreakerStates({
      ...file,
      read: (work) => {
        const result = file.read(work);
        if (isBroken) throw new Error('The disk is gone.');
        return result;
      },
    });
    here.load();
    there.save([row('x')], 0);
    isBroken = true;
    expect(() => here.changes()).toThrow('The disk is gone.');
    isBroken = false;
    expect(names(here.changes().rows)).toEqual(['x']);
  });

  it('survives a restart: another process reads what this one wrote', () => {
    const path = scratchFile();
    const first = openSqliteStore(path);
    first.breakerStates.save([coolingRow('x', 61_000)], 0);
    first.close();
    expect(openSqliteStore(path).breakerStates.load().rows).toEqual([coolingRow('x', 61_000)]);
  });

  it('reads ten thousand rows as they were written, and then knows that nothing changed', () => {
    const [here, there] = twoConnections();
    const rows = Array.from({ length: 10_000 }, (_, index) => coolingRow(`b${index}`, index));
    there.save(rows, 0);
    expect(new Map(here.load().rows.map((one) => [one.name, one]))).toEqual(
      new Map(rows.map((one) => [one.name, one])),
    );
    expect(here.changes()).toBe(here.changes());
  });
});
