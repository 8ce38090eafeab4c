/**
 * Who may import whom. Doors face one way: `machines ← services → persistence`, visualizations and
 * the command line on top, and nobody but they and `index.ts` knows `services/open-board.ts`.
 *
 * Every rule names what is allowed and forbids the rest, so that a new folder or package is refused
 * until somebody decides about it here.
 */
import { builtinModules } from 'node:module';

import type {
  IFlattenedRuleSet,
  IForbiddenRuleType,
  IRegularForbiddenRuleType,
} from 'dependency-cruiser';

/** Folders and files at the top of the project that hold TypeScript; others are refused. */
export const ROOMS = [
  '^(index|cli|vitest\\.config)\\.ts$',
  '^(machines|services|persistence|visualizations|examples|test)/',
];

/** Where programs start: what these do not reach is never imported. */
const ENTRIES = ['^(index|cli)\\.ts$', '^test/kit/index\\.ts$'];

/** Loaded by path rather than by import: scripts of worker threads. */
const THREADS = '-(thread|worker)\\.ts$';

const LEAVES = '^services/(errors|clock|cost/money)\\.ts$';
/** The interfaces through which services reach storage. */
const STORE = '^persistence/(store|money-store|ledger-batch|cost-report|budget-definition)\\.ts$';
/** Of these, the words that are there at run time too: the columns of the ledger's rows. */
const STORE_WORDS = '^persistence/ledger-batch\\.ts$';
const BOARD = '^services/open-board\\.ts$';
/** The one file of the visualizations that a board knows. */
const INSPECTOR = '^visualizations/inspector/start-inspector\\.ts$';
const PAGE = '^visualizations/page/';
const KIT = '^test/kit/';
const VITEST_DOOR = '^test/kit/describe-[a-z-]+\\.ts$';

const builtin = (names: readonly string[]): string => `^(node:)?(${names.join('|')})(/|$)`;

/** Node's own modules that do no I/O. */
const QUIET = ['assert', 'async_hooks', 'crypto', 'events', 'path', 'url', 'util'];
const QUIET_BUILTINS = builtin(QUIET);
/** Any of Node's own modules. */
const BUILTINS = builtin(builtinModules.filter((name) => !name.startsWith('_')));

/** Matches a package whether or not it is installed. */
const npm = (...names: readonly string[]): string =>
  `(^|node_modules/)(@types/)?(${names.join('|')})(/|$)`;

const may = (
  name: string,
  comment: string,
  from: { readonly path: string; readonly pathNot?: string | string[] },
  allowed: string[],
): IForbiddenRuleType => ({
  name,
  comment,
  severity: 'error',
  from,
  to: { pathNot: allowed },
});

const mayNot = (
  name: string,
  comment: string,
  from: IForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IForbiddenRuleType => ({ name, comment, severity: 'error', from, to });

/** Imports that are still there after types are erased. */
const AT_RUN_TIME = { preCompilationOnly: false } as const;

export const LAYERS: IFlattenedRuleSet = {
  forbidden: [
    may('machines-are-drawings', 'machines import xstate and each other', { path: '^machines/' }, [
      '^machines/',
      npm('xstate'),
    ]),
    may(
      'services-stay-inside',
      'services import machines, types of the store, xstate, rxjs, and of Node what does no I/O',
      { path: '^services/', pathNot: BOARD },
      [
        '^machines/',
        '^services/',
        STORE,
        npm('xstate', 'rxjs', '@pydantic/genai-prices', 'gpt-tokenizer', 'temporal-polyfill'),
        QUIET_BUILTINS,
      ],
    ),
    mayNot(
      'services-take-types-of-the-store',
      'services know the shape of the store, not its code; open-board.ts hands it to them',
      { path: '^services/', pathNot: BOARD },
      { path: '^persistence/', pathNot: STORE_WORDS, ...AT_RUN_TIME },
    ),
    may(
      'board-composes',
      'open-board.ts knows machines, services and persistence; of what is above, how to start the inspector',
      { path: BOARD },
      ['^machines/', '^services/', '^persistence/', INSPECTOR, npm('xstate', 'rxjs'), BUILTINS],
    ),
    mayNot(
      'the-inspector-is-loaded-when-asked-for',
      'open-board.ts loads the inspector dynamically: a board that nobody watches pays nothing',
      { path: BOARD },
      { path: INSPECTOR, dynamic: false },
    ),
    may(
      'persistence-stores',
      'persistence imports words of machines, errors, clock, money, and better-sqlite3',
      { path: '^persistence/' },
      ['^machines/', LEAVES, '^persistence/', npm('better-sqlite3'), BUILTINS],
    ),
    mayNot(
      'persistence-knows-words-of-machines',
      'persistence imports types and words (machines/…-context.ts), not charts',
      { path: '^persistence/' },
      { path: '^machines/', pathNot: '^machines/[a-z-]+-context\\.ts$', ...AT_RUN_TIME },
    ),
    may(
      'visualizations-look-from-above',
      'visualizations import the door, services, machines and types of the store',
      { path: '^visualizations/', pathNot: PAGE },
      [
        '^index\\.ts$',
        '^machines/',
        '^services/',
        STORE,
        '^visualizations/',
        KIT,
        npm('xstate', '@xstate/graph', 'rxjs', 'elkjs', 'tsx', 'ws'),
        BUILTINS,
      ],
    ),
    may(
      'the-page-runs-in-a-browser',
      'the page imports what can be bundled for a browser: itself, what the feed tells, the drawing',
      { path: PAGE },
      [
        PAGE,
        '^visualizations/(inspector/(protocol|board-rows|traffic)|diagram/[a-z-]+)\\.ts$',
        npm('preact', '@preact/signals', 'uplot'),
      ],
    ),
    mayNot(
      'nothing-imports-the-page',
      'the page is bundled and served, never imported',
      { pathNot: [PAGE, '^test/'] },
      { path: PAGE },
    ),
    mayNot(
      'visualizations-take-types-of-the-store',
      'visualizations reach storage through the board',
      { path: '^visualizations/' },
      { path: '^persistence/', ...AT_RUN_TIME },
    ),
    may(
      'the-kit-is-published',
      'test/kit is fuseboard/testing: it imports what the package ships, and vitest in one place',
      { path: '^test/kit/' },
      [
        '^test/kit/',
        '^machines/',
        '^services/',
        npm('xstate', '@xstate/graph', 'rxjs', 'tsx', 'vitest'),
        BUILTINS,
      ],
    ),
    mayNot(
      'vitest-is-optional',
      'fuseboard/testing loads without vitest: import it in test/kit/describe-….ts, or its types',
      { path: '^test/kit/', pathNot: VITEST_DOOR },
      { path: npm('vitest'), dynamic: false, ...AT_RUN_TIME },
    ),
    may(
      'examples-use-the-public-door',
      'examples import what a user can: the package, its testing kit, and npm packages',
      { path: '^examples/' },
      [
        '^examples/',
        '^index\\.ts$',
        '^test/kit/index\\.ts$',
        '^dist/(index|test/kit/index)\\.',
        '^fuseboard(/testing)?$',
        'node_modules/',
        BUILTINS,
      ],
    ),
    mayNot(
      'board-is-on-top',
      'services/open-board.ts is imported by index.ts, cli.ts, visualizations and tests only',
      { pathNot: ['^(index|cli)\\.ts$', '^visualizations/', '^test/'] },
      { path: BOARD },
    ),
    mayNot(
      'sqlite-lives-in-persistence',
      'better-sqlite3 is imported by persistence only (and by tests, to look from outside)',
      { pathNot: ['^persistence/', '^test/(?!kit/)'] },
      { path: npm('better-sqlite3') },
    ),
    mayNot('nothing-imports-the-cli', 'cli.ts is a program', {}, { path: '^cli\\.ts$' }),
    mayNot(
      'tests-are-leaves',
      'nothing outside test/ imports from it, but for the published kit',
      { pathNot: '^test/' },
      { path: '^test/', pathNot: '^test/kit/' },
    ),
    mayNot(
      'the-kit-is-for-tests',
      'only commands import the kit: those that write tests, and the demo with its providers',
      { pathNot: ['^test/', '^cli\\.ts$', '^examples/', '^visualizations/(?!inspector/|page/)'] },
      { path: '^test/kit/' },
    ),
    mayNot(
      'ships-what-it-imports',
      'what the package runs on is a dependency, or a peer, not a devDependency',
      { pathNot: ['^test/(?!kit/)', '^examples/', '^vitest\\.config\\.ts$', PAGE] },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    ),
    mayNot('no-cycles', 'imports run one way, those of types too', {}, { circular: true }),
    mayNot(
      'everything-resolves',
      'an import that leads nowhere',
      { pathNot: '^examples/' },
      { couldNotResolve: true, pathNot: npm('vitest') },
    ),
    {
      name: 'nothing-lies-about',
      comment: 'a file that index.ts, cli.ts and the kit never import',
      severity: 'error',
      from: { path: ENTRIES },
      to: {
        path: ['^(machines|services|persistence|visualizations)/', '^test/kit/'],
        pathNot: [THREADS, PAGE, ...ENTRIES],
        reachable: false,
      },
    },
  ],
};
