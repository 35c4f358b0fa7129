import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of the run's own, for what is built once and copied from then on. */
    worldsFolder: string;
  }
}

/** The folder of the worlds that `builtWorld` keeps; they are of this working copy, and go with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-test-worlds-'));
  project.provide('worldsFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
