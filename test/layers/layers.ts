/**
 * Reads every import of the project and holds it against the layer rules.
 *
 * The tool behind it, beside a TypeScript that it does not know, skips files or takes them for
 * JavaScript, and reports no violation. So the files are listed here, by us, and one that was not
 * read as TypeScript is itself a violation.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path/posix';

import { allExtensions, cruise, type ICruiseResult } from 'dependency-cruiser';

import { LAYERS, ROOMS } from './rules.ts';

export interface LayerViolation {
  /** Name of the rule in `rules.ts`, or `not-read`, `unknown-room`, `no-files`. */
  readonly rule: string;
  /** Path from the project's root; empty where the whole project is meant. */
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

export interface LayerReport {
  readonly fileCount: number;
  /** Files among them that the tool has read. */
  readonly readCount: number;
  readonly dependencyCount: number;
  readonly violations: readonly LayerViolation[];
}

const SKIPPED = new Set(['node_modules', 'dist']);

/** Every TypeScript file below `root`, as paths from it, outside hidden and generated folders. */
export function typeScriptFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return typeScriptFiles(root, path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

async function readImports(root: string, files: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(
    files,
    {
      baseDir: root,
      ruleSet: LAYERS,
      validate: true,
      doNotFollow: { path: ['node_modules', '^dist/'] },
      tsPreCompilationDeps: 'specify',
      preserveSymlinks: true,
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['import', 'node', 'default', 'types'],
      },
    },
    {},
    { tsConfig: { options: { verbatimModuleSyntax: true } } },
  );
  if (typeof output === 'string') throw new TypeError('expected a result, got a report');
  return output;
}

/** Checks the project at `root`, an absolute path. */
export async function checkLayers(root: string): Promise<LayerReport> {
  const files = typeScriptFiles(root);
  const readsTypeScript = allExtensions.some(
    (known) => known.extension === '.ts' && known.available,
  );
  if (files.length === 0 || !readsTypeScript) return nothingRead(root, files);

  const { modules, summary } = await readImports(root, files);
  const read = new Set(modules.map((module) => module.source));
  const whys = new Map(LAYERS.forbidden?.map((rule) => [rule.name, rule.comment]));
  const unread = files.filter((file) => !read.has(file));
  const homeless = files.filter((file) => !ROOMS.some((room) => new RegExp(room).test(file)));

  return {
    fileCount: files.length,
    readCount: files.length - unread.length,
    dependencyCount: summary.totalDependenciesCruised ?? 0,
    violations: [
      ...unread.map(notRead),
      ...homeless.map((from) => ({
        rule: 'unknown-room',
        from,
        to: '',
        why: 'no rule covers this folder',
      })),
      ...summary.violations.map(({ rule, from, to }) => ({
        rule: rule.name,
        from,
        to,
        why: whys.get(rule.name) ?? '',
      })),
    ],
  };
}

const notRead = (from: string): LayerViolation => ({
  rule: 'not-read',
  from,
  to: '',
  why: 'dependency-cruiser did not read the file; does it know the installed TypeScript?',
});

const nothingRead = (root: string, files: readonly string[]): LayerReport => ({
  fileCount: files.length,
  readCount: 0,
  dependencyCount: 0,
  violations:
    files.length > 0
      ? files.map(notRead)
      : [{ rule: 'no-files', from: '', to: '', why: `no TypeScript file below ${root}` }],
});
