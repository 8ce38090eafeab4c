/** An amount of money among options. */
import { invalidOption } from '../check.ts';
import { isNanoUsd, type NanoUsd } from './money.ts';

/** @throws FuseboardError invalid_option */
export function amountOption(path: string, value: unknown): NanoUsd {
  if (isNanoUsd(value)) return value;
  throw invalidOption(path, 'an amount such as usd(10), at least 0', value);
}
