/** What the inspector says of generated tests is what the generator generates. */
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { TESTED_FILE, testedTransitions } from './tested-transitions.ts';

test('the file of tested transitions is current: npx tsx test/inspector/tested-transitions.ts', async () => {
  expect(readFileSync(TESTED_FILE, 'utf8')).toBe(await testedTransitions());
});
