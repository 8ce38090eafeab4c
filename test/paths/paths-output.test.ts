/** What `fuseboard paths` tells programs, and the report that it writes beside a test file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ScratchProject } from '../kit-tests/scratch-project.ts';
import { DOOR } from './door.ts';

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make(['xstate']);
  await project.write('door.ts', DOOR);
});
afterAll(() => project.remove());

describe('as JSON', () => {
  const args = ['--machine', 'door.ts', '--events', 'door.ts', '--json'];

  it('what was written is told, and every path', async () => {
    const { code, stdout, stderr } = await project.paths(...args, '--out', 'told.test.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      out: 'told.test.ts',
      report: null,
      command: 'fuseboard paths --machine door.ts --events door.ts --out told.test.ts',
      machine: 'door',
      pathCount: 7,
      coverage: { covered: 6, total: 6, uncovered: [] },
      paths: { length: 7 },
    });
    expect(await project.read('told.test.ts')).toContain('actorUnderTest');
  });

  it('the paths take the place of the test file where none is named', async () => {
    const { stdout } = await project.paths(...args);
    const { out, paths } = JSON.parse(stdout) as { out: null; paths: { steps: unknown[] }[] };
    expect(out).toBeNull();
    expect(paths[0]?.steps[0]).toMatchObject({ label: expect.any(String), to: expect.any(String) });
  });
});

describe('a report', () => {
  const args = ['--machine', 'door.ts', '--events', 'door.ts', '--out', 'door.paths.test.ts'];

  it('is written beside the test file, which then says so', async () => {
    const { code, stdout } = await project.paths(...args, '--report');
    expect(code).toBe(0);
    expect(stdout).toContain('\nreport: door.paths.html\n');
    expect(await project.read('door.paths.html')).toContain('<title>Paths through door</title>');
    expect(await project.read('door.paths.test.ts')).toContain(
      '--out door.paths.test.ts --report\n',
    );
  });

  it('does not take the place of somebody else’s page', async () => {
    await project.write('door.paths.html', '<p>mine</p>');
    const { code, stderr } = await project.paths(...args, '--report');
    expect(code).toBe(1);
    expect(stderr).toContain(
      '--report: door.paths.html exists and was not written by this command',
    );
    expect(await project.read('door.paths.html')).toBe('<p>mine</p>');
  });
});
