import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import type { ModelText } from '../../semantic/validate/validate.ts';
import { cliErrors } from '../errors.ts';

const run = promisify(execFile);
const mostBytes = 64 * 1024 * 1024;

/**
 * The files of a metric model as a revision of version control has them. Throws CLI_GIT_MISSING without git, and
 * CLI_REVISION_UNKNOWN where the folder is in no repository, or the revision or the folder in it is not there.
 */
export async function readRevision(modelFolder: string, revision: string): Promise<readonly ModelText[]> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', modelFolder, ...args], { maxBuffer: mostBytes });
    return stdout;
  };
  const unknown = (cause: unknown): Error => revisionError(cause, modelFolder, revision);
  const commit = await resolve(git, revision).catch((error: unknown) => {
    throw unknown(error);
  });
  const listed = await git('ls-tree', '-r', '-z', '--name-only', commit, '.').catch((error: unknown) => {
    throw unknown(error);
  });
  const names = listed.split('\0').filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) {
    throw cliErrors.error('CLI_REVISION_UNKNOWN', {
      message: `${revision} has no metric model in this folder`,
      where: modelFolder,
    });
  }
  return Promise.all(
    names.map(async (name) => ({
      fileName: name.split(path.sep).join('/'),
      content: await git('show', `${commit}:./${name}`),
    })),
  );
}

/** The branch of the remote stands in for one that was never checked out here. */
async function resolve(
  git: (...args: readonly string[]) => Promise<string>,
  revision: string,
): Promise<string> {
  const commitOf = async (name: string): Promise<string> =>
    (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)).trim();
  return commitOf(revision).catch(async (error: unknown) => {
    if (isWithoutGit(error)) throw error;
    return commitOf(`origin/${revision}`).catch(() => {
      throw error;
    });
  });
}

function revisionError(cause: unknown, where: string, revision: string): Error {
  if (isWithoutGit(cause)) {
    return cliErrors.error('CLI_GIT_MISSING', { message: 'git cannot be run', where, cause });
  }
  const told = String(Object(cause).stderr ?? '').trim() || messageOf(cause);
  const isOutside = /not a git repository/i.test(told);
  return cliErrors.error('CLI_REVISION_UNKNOWN', {
    message: isOutside ? 'this folder is in no repository of git' : `there is no revision "${revision}"`,
    where,
    cause,
  });
}

function isWithoutGit(error: unknown): boolean {
  return Object(error).code === 'ENOENT';
}
