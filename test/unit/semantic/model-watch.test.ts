import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSettled, watchFiles } from '../../../semantic/server/reload/model-watch.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-watch-'));
  await write('first');
});
afterEach(() => rm(folder, { recursive: true }));

function write(content: string, file = 'a.yml'): Promise<void> {
  return writeFile(path.join(folder, file), content);
}

/** What was told, after so many looks; before each of them `meanwhile` runs. */
async function told(looks: number, meanwhile: (look: number) => Promise<void>): Promise<readonly number[]> {
  const stopped = new AbortController();
  const changes: number[] = [];
  let look = 0;
  const sleep = async (): Promise<void> => {
    look += 1;
    if (look > looks) return stopped.abort();
    await meanwhile(look);
  };
  const onChange = async (): Promise<void> => void changes.push(look);
  await watchFiles({ folder, clock: { sleep }, signal: stopped.signal, onChange });
  return changes;
}

it('what is there when the watch begins counts as a change: it may have been read before', async () => {
  expect(await told(5, async () => {})).toEqual([2]);
});

it('a file counts once it is written: two looks have to find the same', async () => {
  const writing = async (look: number): Promise<void> => {
    if (look >= 4 && look <= 6) await write('x'.repeat(look));
  };
  expect(await told(10, writing)).toEqual([2, 7]);
});

it('files that appear and go are changes, others than YAML are none', async () => {
  const meanwhile = async (look: number): Promise<void> => {
    if (look === 3) await write('b', 'b.yaml');
    if (look === 6) await rm(path.join(folder, 'b.yaml'));
    if (look === 9) await write('c', 'notes.txt');
  };
  expect(await told(12, meanwhile)).toEqual([2, 4, 7]);
});

it('a folder that goes away is a change, and no crash', async () => {
  const meanwhile = async (look: number): Promise<void> => {
    if (look === 3) await rm(path.join(folder, 'a.yml'));
  };
  expect(await told(6, meanwhile)).toEqual([2, 4]);
});

it('what was read while a file was written is read again', async () => {
  let reads = 0;
  const read = async (): Promise<string> => {
    reads += 1;
    if (reads > 1) return 'whole';
    await write('second');
    throw new Error('half a file');
  };
  expect(await readSettled(folder, read)).toBe('whole');
  await expect(readSettled(folder, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
