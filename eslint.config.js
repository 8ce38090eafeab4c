/**
 * Type-aware rules, and the bans of the house with what to use instead. Who may import whom is
 * checked by `npm run check:layers`.
 */
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What decides: everything it needs of the world is handed to it. */
const LIBRARY = [
  'index.ts',
  'machines/**/*.ts',
  'services/**/*.ts',
  'persistence/**/*.ts',
  'test/kit/**/*.ts',
];

const TIME = 'Time is injected: take a Clock (services/clock.ts).';
const RANDOMNESS = 'Randomness is injected: take a Random (services/random.ts).';
const OUTPUT = 'Only cli.ts, visualizations, examples, benchmarks and children/ of tests print.';
const SURROUNDINGS = 'The library is told by its options, not by the process around it.';

const timeGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'performance',
].map((name) => ({ name, message: TIME }));
const printing = [{ name: 'console', message: OUTPUT }];
const globals = (...restricted) => [
  'error',
  { globals: restricted.flat(), checkGlobalObject: true },
];

const random = [{ object: 'Math', property: 'random', message: RANDOMNESS }];
const time = [
  { object: 'Date', property: 'now', message: TIME },
  { object: 'process', property: 'hrtime', message: TIME },
  { object: 'process', property: 'uptime', message: TIME },
];
const surroundings = ['argv', 'cwd', 'env', 'stderr', 'stdin', 'stdout'].map((property) => ({
  object: 'process',
  property,
  message: SURROUNDINGS,
}));
const exit = [
  {
    object: 'process',
    property: 'exit',
    message: 'Set process.exitCode, so that what is being written gets out.',
  },
];

const language = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  {
    selector: 'ExportSpecifier[exported.name="default"]',
    message: 'Export by name.',
  },
  { selector: 'TSParameterProperty', message: 'Declare the field and assign it.' },
];
const nowDates = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: TIME },
  { selector: 'CallExpression[callee.name="Date"]', message: TIME },
];
const machineTime = ['after', 'invoke'].map((key) => ({
  selector: `Property[key.name="${key}"]`,
  message: 'Time and work reach a machine as events: no `after`, no `invoke`.',
}));
const sleeps = [
  {
    selector:
      'NewExpression[callee.name="Promise"] CallExpression[callee.name="setTimeout"][arguments.0.type="Identifier"]',
    message: 'Tests never sleep: move a VirtualClock, or wait for the event itself.',
  },
];

const timerModules = ['timers', 'timers/promises', 'perf_hooks'].flatMap((name) =>
  [name, `node:${name}`].map((path) => ({ name: path, message: TIME })),
);
const sleepModules = timerModules.filter(({ name }) => name.endsWith('timers/promises'));
const rxTime = {
  name: 'rxjs',
  importNames: [
    'animationFrameScheduler',
    'asapScheduler',
    'asyncScheduler',
    'auditTime',
    'bufferTime',
    'debounceTime',
    'delay',
    'interval',
    'sampleTime',
    'throttleTime',
    'timeInterval',
    'timeout',
    'timer',
    'timestamp',
    'windowTime',
  ],
  message: TIME,
};

export default defineConfig(
  globalIgnores(['dist/', '/coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-restricted-syntax': ['error', ...language],
      'no-restricted-globals': globals(printing),
      'no-restricted-properties': ['error', ...random, ...exit],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // A caller's abort reason and a user's own error are passed on as they are.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/unified-signatures': 'error',
    },
  },
  {
    files: LIBRARY,
    rules: {
      'no-restricted-syntax': ['error', ...language, ...nowDates],
      'no-restricted-globals': globals(printing, timeGlobals),
      'no-restricted-properties': ['error', ...random, ...exit, ...time, ...surroundings],
      'no-restricted-imports': ['error', { paths: [...timerModules, rxTime] }],
    },
  },
  {
    files: ['machines/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...language, ...nowDates, ...machineTime] },
  },
  {
    files: ['services/clock.ts'],
    rules: {
      'no-restricted-globals': globals(printing),
      'no-restricted-properties': ['error', ...random, ...exit, ...surroundings],
      'no-restricted-syntax': ['error', ...language],
    },
  },
  {
    files: ['services/random.ts'],
    rules: { 'no-restricted-properties': ['error', ...exit, ...time, ...surroundings] },
  },
  {
    // The children of tests are programs, which tell their parent how it went.
    files: [
      'cli.ts',
      'visualizations/**/*.{ts,tsx}',
      'examples/**/*.ts',
      'test/performance/**/*.ts',
      'test/**/children/**/*.ts',
    ],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['cli.ts'],
    rules: { 'no-restricted-properties': ['error', ...random] },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/kit/**'],
    rules: {
      'no-restricted-properties': ['error', ...random],
      'no-restricted-syntax': ['error', ...language, ...sleeps],
      'no-restricted-imports': ['error', { paths: sleepModules }],
      // Tests hand the product what users hand it: functions that throw anything, or do nothing.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Matchers of expect are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
