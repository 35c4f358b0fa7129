import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../contract.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { parseStagePath } from './stages.ts';
import type { StagePath } from './stages.ts';
import { listed, numberColumn, textColumn } from './work.ts';
import type { Work } from './work.ts';

/** A stage path as a statement names it. */
export function stagePath({ engine, session }: Work, text: string): StagePath {
  return parseStagePath(
    text,
    (name) => session.scan(name).name(),
    session,
    (name, place) => engine.stages.must(engine.catalog.full(name, place)),
  );
}

/** The next token, `@stage/path` or '@stage/path'. */
export function readStagePath(work: Work, scan: Scan): StagePath {
  const token = scan.peek();
  if (token?.kind !== 'stage' && !(token?.kind === 'string' && token.text.startsWith('@'))) scan.fail();
  return stagePath(work, scan.next().text);
}

const putPattern = /^\s*put\s+(?:'(file:\/\/[^']*)'|(file:\/\/\S+))\s+(?:'(@[^']*)'|(@\S+))\s*([\s\S]*)$/i;

/** PUT: the client itself copies its files into the folder. */
export async function put(work: Work): Promise<Outcome> {
  const [, quotedFile, file, quotedStage, stage, rest = ''] = putPattern.exec(work.statement.sql) ?? [];
  const source = quotedFile ?? file;
  const target = quotedStage ?? stage;
  if (source === undefined || target === undefined) throw refused('syntax', 'PUT file:// @stage');
  const options = new Map<string, string>();
  const scan = work.session.scan(rest);
  while (!scan.isAtEnd) {
    const name = scan.identifier();
    scan.must('=');
    options.set(name, scan.value().toLowerCase());
  }
  const path = stagePath(work, target);
  if (path.stage.url !== undefined)
    throw refused('externalStage', 'PUT and GET commands are not supported with external stage');
  const targetFolder = join(path.stage.folder, ...path.path.split('/').filter(Boolean));
  await mkdir(targetFolder, { recursive: true });
  return {
    kind: 'put',
    sources: [decodeURI(source.slice('file://'.length))],
    targetFolder,
    autoCompress: flag(options, 'AUTO_COMPRESS', true),
    sourceCompression: compression(options.get('SOURCE_COMPRESSION') ?? 'auto_detect'),
    overwrite: flag(options, 'OVERWRITE', false),
    parallel: Number(options.get('PARALLEL') ?? 4),
  };
}

function flag(options: ReadonlyMap<string, string>, name: string, initial: boolean): boolean {
  const value = options.get(name);
  return value === undefined ? initial : value === 'true';
}

const compressions = ['auto_detect', 'none', 'gzip', 'zstd', 'parquet'] as const;

function compression(text: string): (typeof compressions)[number] {
  const found = compressions.find((each) => each === text);
  if (found === undefined) throw refused('unsupported', `SOURCE_COMPRESSION ${text}`);
  return found;
}

/** LIST @stage/path [PATTERN = text]; needs no warehouse. */
export async function listFiles(work: Work, scan: Scan): Promise<Outcome> {
  const files = await matching(work, scan);
  return listed(
    'LIST',
    [textColumn('name'), numberColumn('size'), textColumn('md5'), textColumn('last_modified')],
    files.map((file) => [file.name, String(file.size), file.md5, new Date(file.modifiedMs).toUTCString()]),
  );
}

/** REMOVE @stage/path [PATTERN = text]. */
export async function removeFiles(work: Work, scan: Scan): Promise<Outcome> {
  const files = await matching(work, scan);
  await Promise.all(files.map((file) => rm(file.local, { force: true })));
  return listed(
    'REMOVE',
    [textColumn('name'), textColumn('result')],
    files.map((file) => [file.name, 'removed']),
  );
}

async function matching(work: Work, scan: Scan): ReturnType<Work['engine']['stages']['list']> {
  const path = readStagePath(work, scan);
  const pattern = scan.takes('pattern =') ? new RegExp(`^(?:${scan.string()})$`) : /^/;
  scan.mustEnd();
  const files = await work.engine.stages.list(path);
  return files.filter((file) => pattern.test(file.name));
}
