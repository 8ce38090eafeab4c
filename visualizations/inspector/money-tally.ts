/**
 * What the facts say about money while somebody watches: how estimates fared, what was given back,
 * what open breakers kept from being called, which rules announced themselves. Each fact costs a
 * few additions; nothing grows past a bound.
 */
import type { Clock } from '../../services/clock.ts';
import type { BodyOf, FactBody } from '../../services/facts.ts';
import { announcementText, momentText } from './money-words.ts';
import type { CalibrationView, MoneyMoment } from './protocol.ts';

const METHODS_MAX = 12;
const POINTS_MAX = 150;
const SHAPES_MAX = 1_000;
const RULES_MAX = 1_000;
const MOMENTS_MAX = 50;
/** A rule that fires again within this time is the same moment going on. */
const AGAIN_MS = 60_000;
/** Where what is one too many is counted. */
const OTHERS = 'others';
const FIFTH = 0.2;

/** An open breaker, or one whose probes are out, stood before the dependency. */
const SHIELDING: ReadonlySet<string> = new Set([
  'circuit_open',
  'circuit_latched',
  'probes_busy',
  'probe_wait_timeout',
  'quarantined',
]);

interface Calibration {
  callCount: number;
  expectedNanoUsd: number;
  actualNanoUsd: number;
  worstNanoUsd: number;
  withinCount: number;
  readonly points: [expectedNanoUsd: number, actualNanoUsd: number][];
}

/** Calls of one breaker, operation and model. */
interface Shape {
  readonly operation: string | undefined;
  readonly model: string | undefined;
  settledCount: number;
  settledNanoUsd: number;
  shieldedCount: number;
}

export interface Announcements {
  count: number;
  lastAtMs: number;
  lastText: string;
}

/** `of`: rule and breaker; empty for what is a moment of its own each time. */
interface Told extends MoneyMoment {
  readonly of: string;
}

export class MoneyTally {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #calibrations = new Map<string, Calibration>();
  readonly #shapes = new Map<string, Shape[]>();
  #shapeCount = 0;
  /** All that came when there were too many: what they cost on average is nobody's cost. */
  readonly #otherShapes = newShape(undefined, undefined);
  readonly #announced = new Map<string, Announcements>();
  readonly #moments: Told[] = [];
  releasedNanoUsd = 0;

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  hear(fact: FactBody): void {
    if (fact.type === 'cost.settled') this.#settled(fact);
    else if (fact.type === 'call.refused') this.#refused(fact);
    else {
      if (fact.type === 'rule.fired') this.#fired(fact);
      const text = momentText(fact);
      if (text === null) return;
      this.#tell(fact, text);
    }
  }

  /** Newest first. */
  get moments(): readonly MoneyMoment[] {
    return this.#moments.map(({ of: _, ...moment }) => moment).reverse();
  }

  announcements(rule: string): Announcements | undefined {
    return this.#announced.get(rule);
  }

  /** Most calls first. */
  get calibration(): readonly CalibrationView[] {
    const views = [...this.#calibrations].map(([method, { withinCount, points, ...sums }]) => ({
      method,
      ...sums,
      withinFifthRatio: withinCount / sums.callCount,
      points: [...points],
    }));
    return views.sort((a, b) => b.callCount - a.callCount);
  }

  /**
   * Calls that open breakers refused, and what as many of them cost on average: of the same
   * breaker, operation and model where one was seen, else of the operation as the books know it.
   */
  shielded(averageOf: (operation: string) => number): { count: number; nanoUsd: number } {
    let count = 0;
    let nanoUsd = 0;
    for (const shape of [...this.#shapes.values(), this.#otherShapes].flat()) {
      const { operation, settledCount, settledNanoUsd, shieldedCount } = shape;
      count += shieldedCount;
      // A call that names no operation has no cost.
      if (operation === undefined) continue;
      const average = settledCount > 0 ? settledNanoUsd / settledCount : averageOf(operation);
      nanoUsd += shieldedCount * average;
    }
    return { count, nanoUsd: Math.round(nanoUsd) };
  }

  #tell(fact: FactBody, text: string): void {
    const atMs = this.#clock.nowMs();
    const { type } = fact;
    const of = fact.type === 'rule.fired' ? `${fact.rule}\0${fact.breaker}` : '';
    const isAgain = (moment: Told): boolean =>
      of !== '' && moment.of === of && atMs - moment.atMs < AGAIN_MS;
    const place = this.#moments.findLastIndex(isAgain);
    const [before] = place < 0 ? [] : this.#moments.splice(place, 1);
    this.#moments.push({ atMs, type, text, count: (before?.count ?? 0) + 1, of });
    if (this.#moments.length > MOMENTS_MAX) this.#moments.shift();
  }

  #settled(fact: BodyOf<'cost.settled'>): void {
    const { expectedNanoUsd, costNanoUsd, worstNanoUsd, basis, method } = fact;
    this.releasedNanoUsd += Math.max(0, worstNanoUsd - costNanoUsd);
    // What nobody reported, or was not used, says nothing about an estimate.
    if (basis === 'assumed' || basis === 'none') return;
    const shape = this.#shapeOf(fact);
    shape.settledCount += 1;
    shape.settledNanoUsd += costNanoUsd;
    const calibration = bounded(this.#calibrations, method, METHODS_MAX, noCalls);
    calibration.callCount += 1;
    calibration.expectedNanoUsd += expectedNanoUsd;
    calibration.actualNanoUsd += costNanoUsd;
    calibration.worstNanoUsd += worstNanoUsd;
    if (Math.abs(costNanoUsd - expectedNanoUsd) <= FIFTH * expectedNanoUsd) {
      calibration.withinCount += 1;
    }
    calibration.points.push([expectedNanoUsd, costNanoUsd]);
    if (calibration.points.length > POINTS_MAX) calibration.points.shift();
  }

  #refused(fact: BodyOf<'call.refused'>): void {
    if (fact.enforced && SHIELDING.has(fact.code)) this.#shapeOf(fact).shieldedCount += 1;
  }

  #shapeOf({ breaker, operation, model }: Called): Shape {
    let shapes = this.#shapes.get(breaker);
    for (const shape of shapes ?? []) {
      if (shape.operation === operation && shape.model === model) return shape;
    }
    if (this.#shapeCount >= SHAPES_MAX) return this.#otherShapes;
    if (shapes === undefined) this.#shapes.set(breaker, (shapes = []));
    const shape = newShape(operation, model);
    shapes.push(shape);
    this.#shapeCount++;
    return shape;
  }

  #fired(fact: BodyOf<'rule.fired'>): void {
    const announced = bounded(this.#announced, fact.rule, RULES_MAX, noAnnouncements);
    announced.count += 1;
    announced.lastAtMs = this.#clock.nowMs();
    announced.lastText = announcementText(fact);
  }
}

interface Called {
  readonly breaker: string;
  readonly operation?: string;
  readonly model?: string;
}

/** What is known under a key, or under that of all others once there are too many. */
function bounded<T>(map: Map<string, T>, key: string, max: number, make: () => T): T {
  const place = map.has(key) || map.size < max ? key : OTHERS;
  let known = map.get(place);
  if (known === undefined) map.set(place, (known = make()));
  return known;
}

const noCalls = (): Calibration => ({
  callCount: 0,
  expectedNanoUsd: 0,
  actualNanoUsd: 0,
  worstNanoUsd: 0,
  withinCount: 0,
  points: [],
});

const newShape = (operation: string | undefined, model: string | undefined): Shape => ({
  operation,
  model,
  settledCount: 0,
  settledNanoUsd: 0,
  shieldedCount: 0,
});

const noAnnouncements = (): Announcements => ({ count: 0, lastAtMs: 0, lastText: '' });
