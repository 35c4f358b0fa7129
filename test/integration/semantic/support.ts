import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../../lib/logger.ts';
import { createSemantic } from '../../../semantic/server/semantic.ts';
import type { Semantic } from '../../../semantic/server/semantic.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';

/** The model that the product ships. */
export const modelDir = path.resolve(import.meta.dirname, '../../../semantic/model');

/** What a REST client gets. */
interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The semantic layer over small marts, listening on a real socket. */
export interface SemanticFixture extends MartsFixture {
  readonly semantic: Semantic;
  /** Answers of the REST API. */
  readonly get: (path: string) => Promise<RestAnswer>;
  readonly post: (path: string, body: unknown) => Promise<RestAnswer>;
  readonly stop: () => Promise<void>;
}

export async function startSemantic(
  content: 'shop' | 'empty' | 'nothing' = 'shop',
): Promise<SemanticFixture> {
  const marts = await createMarts(content);
  const semantic = await createSemantic({
    instance: marts.instance,
    modelDir,
    logger: silentLogger,
    publication: 1,
  });
  const server = semantic.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const send = async (pathname: string, init?: RequestInit): Promise<RestAnswer> => {
    const response = await fetch(`http://127.0.0.1:${port}${pathname}`, init);
    return { status: response.status, body: (await response.json()) as RestAnswer['body'] };
  };
  return {
    ...marts,
    semantic,
    get: (pathname) => send(pathname),
    post: (pathname, body) =>
      send(pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      await new Promise((resolve) => server.close(resolve));
      await semantic.stop();
      marts.close();
    },
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
