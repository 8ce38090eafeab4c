/**
 * Prints `PASSED FAILED` of one run of Vitest, from its JSON report and its exit code.
 * No report, no test at all, a file that did not load and an error outside of tests are failures.
 */
import { readFileSync } from 'node:fs';

const [path, exitCode] = process.argv.slice(2);

const count = () => {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [0, 1];
  }
  const { numPassedTests: passed, numFailedTests, testResults } = report;
  const notLoaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = numFailedTests + notLoaded.length;
  const isBad = passed === 0 || exitCode !== '0';
  return [passed, failed === 0 && isBad ? 1 : failed];
};

process.stdout.write(`${count().join(' ')}\n`);
