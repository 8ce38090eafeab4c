/**
 * How the tests run. `FUSEBOARD_LONG=1` adds the long ones (`*.long.test.ts`) and gives every test
 * more time. Vitest loads the development builds of libraries: XState's throws and warns where the
 * other stays silent. With `NODE_ENV=production` it loads the builds that users run.
 */
import { defineConfig } from 'vitest/config';

const isLong = process.env['FUSEBOARD_LONG'] === '1';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', ...(isLong ? [] : ['**/*.long.test.ts'])],
    // Processes, so that a test may load a native module or change directory; two, as CI has cores.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: isLong ? 900_000 : 20_000,
    hookTimeout: isLong ? 120_000 : 30_000,
    teardownTimeout: 10_000,
  },
});
