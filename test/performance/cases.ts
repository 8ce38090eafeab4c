/** Every case, in the order of the table. */
import { CALLS } from './calls.ts';
import type { Case } from './case.ts';
import { COMMANDS } from './commands.ts';
import { CROWDS } from './crowd.ts';
import { ENDURANCE } from './endurance.ts';
import { INSPECTOR } from './inspector.ts';
import { LAYERS } from './layers.ts';
import { MONEY } from './money.ts';
import { PAGES } from './pages.ts';
import { PROVIDERS } from './providers.ts';
import { REFUSALS_AND_FAILURES } from './refusals-and-failures.ts';
import { RESTORE } from './restore.ts';
import { WATCHED } from './watched.ts';

export const CASES: readonly Case[] = [
  ...CALLS,
  ...REFUSALS_AND_FAILURES,
  ...CROWDS,
  ...RESTORE,
  ...ENDURANCE,
  ...LAYERS,
  ...MONEY,
  ...PROVIDERS,
  ...INSPECTOR,
  ...WATCHED,
  ...PAGES,
  ...COMMANDS,
];
