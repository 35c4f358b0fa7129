import type { TestProject } from 'vitest/node';
import '../../support/postgres-global-setup.ts';
import { startPostgres15 } from './server.ts';

/** In the place of the embedded server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres15();
  project.provide('postgresUrl', server.url);
  return server.stop;
}
