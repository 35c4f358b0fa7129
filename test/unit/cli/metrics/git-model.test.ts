import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRevision } from '../../../../cli/metrics/git-model.ts';

const run = promisify(execFile);

let root: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'shopwave-git-'));
  model = path.join(root, 'repo/semantic/model');
  await mkdir(path.join(model, 'cubes'), { recursive: true });
  await run('git', ['init', '-q', '-b', 'main', path.join(root, 'repo')]);
  await writeFile(path.join(model, 'cubes/größe x.yml'), 'old');
  await writeFile(path.join(model, 'notes.txt'), 'no model');
  await git('add', '.');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '-m', 'x');
  await git('update-ref', 'refs/remotes/origin/theirs', 'HEAD');
  await writeFile(path.join(model, 'cubes/größe x.yml'), 'new');
});
afterAll(() => rm(root, { recursive: true }));

async function git(...args: readonly string[]): Promise<void> {
  await run('git', ['-C', model, ...args]);
}

const committed = [{ fileName: 'cubes/größe x.yml', content: 'old' }];

it('the model is read as the revision has it, not as the files are', async () => {
  expect(await readRevision(model, 'main')).toEqual(committed);
});

it('a branch that only the remote has will do', async () => {
  expect(await readRevision(model, 'theirs')).toEqual(committed);
});

it.each(['nowhere', '--output=x', ''])('a revision that is not there is refused: "%s"', async (revision) => {
  await expect(readRevision(model, revision)).rejects.toMatchObject({
    code: 'CLI_REVISION_UNKNOWN',
    message: `there is no revision "${revision}"`,
    where: model,
  });
});

it('a folder that the revision does not have, or that is in no repository, is told as what it is', async () => {
  const later = path.join(root, 'repo/later');
  await mkdir(later);
  await expect(readRevision(later, 'main')).rejects.toMatchObject({
    code: 'CLI_REVISION_UNKNOWN',
    message: 'main has no metric model in this folder',
  });
  await expect(readRevision(root, 'main')).rejects.toMatchObject({
    code: 'CLI_REVISION_UNKNOWN',
    message: 'this folder is in no repository of git',
  });
});

it('without git the way out is a folder', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = root;
  try {
    await expect(readRevision(model, 'main')).rejects.toMatchObject({
      code: 'CLI_GIT_MISSING',
      remedy: expect.stringContaining('--against'),
    });
  } finally {
    process.env['PATH'] = PATH;
  }
});
