import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join, posix, relative, sep } from 'node:path';
import type { FullName, Place } from './catalog.ts';
import { shown } from './catalog.ts';
import { refused } from './refused.ts';
import type { ObjectName } from './scan.ts';

/** A named stage: files of a folder of this machine. */
export interface Stage {
  readonly name: FullName;
  /** Of an external one, `s3://bucket/prefix/`. */
  readonly url: string | undefined;
  readonly folder: string;
  comment: string;
  owner: string;
  readonly createdMs: number;
  readonly properties: ReadonlyMap<string, string>;
}

/** A file of a stage, as LIST tells of it. */
export interface StagedFile {
  /** As LIST names it: with the stage's name, or its URL. */
  readonly name: string;
  /** From the stage's root. */
  readonly path: string;
  readonly local: string;
  readonly size: number;
  readonly md5: string;
  readonly modifiedMs: number;
}

/** `@stage/path`, read. */
export interface StagePath {
  readonly stage: Stage;
  /** From the stage's root, without slashes at its ends. */
  readonly path: string;
}

/** All stages, and where their files lie. */
export class Stages {
  readonly all = new Map<string, Stage>();
  private readonly root: string;
  private readonly buckets: Readonly<Record<string, string>>;

  constructor(root: string, buckets: Readonly<Record<string, string>>) {
    this.root = root;
    this.buckets = buckets;
  }

  find(name: FullName): Stage | undefined {
    return this.all.get(JSON.stringify(name));
  }

  must(name: FullName): Stage {
    const stage = this.find(name);
    if (stage === undefined) throw refused('missing', `Stage ${shown(name)}`);
    return stage;
  }

  async create(stage: Omit<Stage, 'folder'>): Promise<void> {
    const folder = stage.url === undefined ? join(this.root, ...stage.name) : this.folderOf(stage.url);
    await mkdir(folder, { recursive: true });
    this.all.set(JSON.stringify(stage.name), { ...stage, folder });
  }

  async drop(stage: Stage): Promise<void> {
    this.all.delete(JSON.stringify(stage.name));
    if (stage.url === undefined) await rm(stage.folder, { recursive: true, force: true });
  }

  async alter(stage: Stage, given: ReadonlyMap<string, string>): Promise<void> {
    const properties = new Map([...stage.properties, ...given]);
    const comment = properties.get('COMMENT') ?? stage.comment;
    await this.create({ ...stage, properties, comment, url: given.get('URL') ?? stage.url });
  }

  /** Files under a path, which may be a file's own; in order of their names. */
  async list({ stage, path }: StagePath): Promise<StagedFile[]> {
    // A path is a prefix of names, not a folder; only its last part may be half a name.
    const found = await filesUnder(stage.folder, path.slice(0, path.lastIndexOf('/') + 1));
    const matching = found.filter((file) => file.startsWith(path)).toSorted();
    return await Promise.all(matching.map((file) => describe(stage, file)));
  }

  private folderOf(url: string): string {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
    const folder = this.buckets[bucket];
    if (folder === undefined) throw refused('invalidValue', `invalid URL prefix found in: '${url}'`);
    if (/^https?:/.test(folder)) throw refused('unsupported', 'a bucket that is no folder of this machine');
    return join(folder, ...prefix.split('/').filter(Boolean));
  }
}

/** The stage of a written path: `@schema.name/some/path`, `@~` and `@%table` are not known here. */
export function parseStagePath(
  text: string,
  identifiers: (name: string) => ObjectName,
  place: Place,
  find: (name: ObjectName, place: Place) => Stage,
): StagePath {
  const [, name = '', path = ''] = /^@((?:"[^"]*"|[\w$.])+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (name === '') throw refused('unsupported', `the stage ${text}`);
  return { stage: find(identifiers(name), place), path: path.replace(/^\/+/, '') };
}

async function filesUnder(root: string, path: string): Promise<string[]> {
  const folder = join(root, ...path.split('/').filter(Boolean));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join(posix.sep));
}

async function describe(stage: Stage, path: string): Promise<StagedFile> {
  const local = join(stage.folder, ...path.split('/'));
  const [{ size, mtimeMs }, bytes] = await Promise.all([stat(local), readFile(local)]);
  const base = stage.url === undefined ? `${stage.name[2].toLowerCase()}/` : stage.url.replace(/\/*$/, '/');
  return {
    name: `${base}${path}`,
    path,
    local,
    size,
    md5: createHash('md5').update(bytes).digest('hex'),
    modifiedMs: mtimeMs,
  };
}
