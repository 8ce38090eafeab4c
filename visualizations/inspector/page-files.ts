/** The page as it was bundled, read and compressed once. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { FuseboardError } from '../../services/errors.ts';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const INDEX = 'index.html';
/** Without these it is no page; the code of its views lies beside them. */
const FILES = [INDEX, 'page.js', 'page.css'];
const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
]);

const compressed = promisify(gzip);

/**
 * By path. Beside this module where the package runs as it is published; else in what was built of
 * the package `fuseboard` as seen from here.
 * @param from URL of the module that asks. @default this one
 * @throws FuseboardError inspector_unavailable
 */
export async function readPage(
  from: string = import.meta.url,
): Promise<ReadonlyMap<string, PageFile>> {
  const folder = pageFolder(from);
  const files = (await readdir(folder)).map(async (name) => {
    const type = TYPES.get(extname(name));
    if (type === undefined) return [];
    const body = await readFile(join(folder, name));
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const file: PageFile = { type, body, gzipped: await compressed(body), etag: `"${hash}"` };
    return [[name === INDEX ? '/' : `/${name}`, file] as const];
  });
  return new Map((await Promise.all(files)).flat());
}

function pageFolder(from: string): string {
  const folders = [fileURLToPath(new URL('../page', from)), folderInPackage(from)];
  const found = folders.find(
    (folder) => folder !== null && FILES.every((name) => existsSync(join(folder, name))),
  );
  if (found !== undefined && found !== null) return found;
  throw new FuseboardError(
    'inspector_unavailable',
    "The inspector's page, index.html with page.js and page.css, is not beside its server.",
    {
      hint:
        "Keep 'fuseboard' out of the application's bundle (mark it as external), so that its " +
        'files stay together; from sources, run `npm run build` first.',
    },
  );
}

function folderInPackage(from: string): string | null {
  try {
    const manifest = createRequire(from).resolve('fuseboard/package.json');
    return join(dirname(manifest), 'dist/visualizations/page');
  } catch {
    return null;
  }
}
