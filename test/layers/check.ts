/** `npm run check:layers`: prints what was read and what breaks a rule; then it exits with 1. */
import { checkLayers } from './layers.ts';

const report = await checkLayers(process.cwd());
for (const { rule, from, to, why } of report.violations) {
  process.stdout.write(
    `${rule}: ${[...new Set([from, to])].filter(Boolean).join(' → ')}\n  ${why}\n`,
  );
}
const { fileCount, readCount, dependencyCount, violations } = report;
process.stdout.write(
  `read ${readCount} of ${fileCount} files, ${dependencyCount} imports: ` +
    `${violations.length} violations\n`,
);
if (violations.length > 0) process.exitCode = 1;
