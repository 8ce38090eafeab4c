/**
 * One hour of a real conversation service: when each call came, and its tokens. The Azure public
 * dataset (LLM inference trace 2023, conversation; CC-BY) is no part of the project: the file is
 * named by FUSEBOARD_TRAFFIC_CSV, or looked for beside the project.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface TrafficCall {
  /** Wall-clock milliseconds, in ascending order. */
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const BESIDE = '../shared/data/azure-llm-conversation-2023.csv';
const FILE = process.env['FUSEBOARD_TRAFFIC_CSV'] ?? resolve(import.meta.dirname, '../..', BESIDE);

/** Whether there is a file to read; a test that needs it is skipped where there is none. */
export const hasTraffic = existsSync(FILE);

export function readTraffic(): readonly TrafficCall[] {
  const [, ...lines] = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [arrival = '', inputTokens, outputTokens] = line.split(',');
    // The dataset gives tenths of microseconds; a Date takes milliseconds.
    const atMs = Date.parse(`${arrival.slice(0, 23).replace(' ', 'T')}Z`);
    return { atMs, inputTokens: Number(inputTokens), outputTokens: Number(outputTokens) };
  });
}
