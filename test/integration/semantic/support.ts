import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { withoutRollups } from '../../../bench/semantic/plain-model.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { Logger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import type { Access } from '../../../semantic/server/access/access.ts';
import type { OpenCubeReader } from '../../../semantic/server/cube-reader.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import type { PublicationNews } from '../../../semantic/server/publications.ts';
import type { Semantic } from '../../../semantic/server/semantic.ts';
import type { SemanticOptions } from '../../../semantic/server/semantic-options.ts';
import { createMarts, everyMart } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';

/** The model that the product ships. */
export const modelDir = path.resolve(import.meta.dirname, '../../../semantic/model');

type Headers = Readonly<Record<string, string>>;

/** What a REST client gets. */
interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Response['headers'];
}

/** The semantic layer listening on a real socket. */
export interface ServedSemantic {
  readonly semantic: Semantic;
  /** Without a slash at its end. */
  readonly url: string;
  /** Answers of the REST API. */
  readonly get: (path: string, headers?: Headers) => Promise<RestAnswer>;
  readonly post: (path: string, body: unknown, headers?: Headers) => Promise<RestAnswer>;
  readonly stop: () => Promise<void>;
}

/** The same over small marts. */
export interface SemanticFixture extends MartsFixture, ServedSemantic {}

export async function startSemantic(
  content: 'shop' | 'empty' | 'nothing' = 'shop',
  access: Access = openToLocals,
  other: Partial<SemanticOptions> = {},
): Promise<SemanticFixture> {
  const marts = await createMarts(content);
  const served = await serveSemantic(
    (cube) => createDuckdbReader(cube, marts.instance),
    silentLogger,
    access,
    other,
  );
  return {
    ...marts,
    ...served,
    stop: async () => {
      await served.stop();
      marts.close();
    },
  };
}

/** A publication that has changed every mart. */
export function published(version: number, models = everyMart): PublicationNews {
  return { version, models, publishedAt: null, sourceCommittedAt: null };
}

/** The product's model, or an edited copy of it, over any warehouse. */
export async function serveSemantic(
  openReader: OpenCubeReader,
  logger: Logger = silentLogger,
  access: Access = openToLocals,
  other: Partial<SemanticOptions> = {},
): Promise<ServedSemantic> {
  const semantic = await createSemantic({
    openReader,
    modelDir,
    logger,
    access,
    publication: published(1),
    ...other,
  });
  const server = semantic.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const send = async (pathname: string, init?: RequestInit): Promise<RestAnswer> => {
    const response = await fetch(`${url}${pathname}`, init);
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as RestAnswer['body'] };
  };
  return {
    semantic,
    url,
    get: (pathname, headers = {}) => send(pathname, { headers }),
    post: (pathname, body, headers = {}) =>
      send(pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      await new Promise((resolve) => server.close(resolve));
      await semantic.stop();
    },
  };
}

/** A copy of the product's model without rollups: the warehouse answers everything. */
export async function plainModel(): Promise<{
  readonly modelDir: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-model-'));
  await cp(modelDir, folder, { recursive: true });
  const cubes = path.join(folder, 'cubes');
  for (const name of await readdir(cubes)) {
    const text = await readFile(path.join(cubes, name), 'utf8');
    await writeFile(path.join(cubes, name), withoutRollups(text));
  }
  return {
    modelDir: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A copy of the product's model with one file edited, as an analyst would. */
export async function editedModel(
  file: string,
  edit: (content: string) => string,
): Promise<{ readonly modelDir: string; readonly [Symbol.asyncDispose]: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-model-'));
  await cp(modelDir, folder, { recursive: true });
  const target = path.join(folder, file);
  const before = await readFile(target, 'utf8').catch(() => '');
  const after = edit(before);
  if (after === before) throw new Error(`the edit of ${file} changed nothing`);
  await writeFile(target, after);
  return {
    modelDir: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
