/** Identifiers as APIs make them: a prefix and digits, drawn from a seed. */
import type { Random } from '../../../services/random.ts';

export type MakeId = (prefix: string, digits?: number) => string;

export function identifiers(random: Random): MakeId {
  return (prefix, digits = 32) => {
    let id = prefix;
    for (let index = 0; index < digits; index += 1) id += Math.floor(random() * 16).toString(16);
    return id;
  };
}
