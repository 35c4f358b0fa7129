import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';

/** A template, or a function. */
type Text<Services> = string | ((context: TaskContext<Services>) => string);

/** A file of this machine. */
export interface FileSensorArgs<Services> extends SensorArgs {
  /** Its last part may hold `*`, which stands for any characters. */
  readonly path: Text<Services>;
  /** A smaller file is still being written; 0. */
  readonly minBytes?: number;
}

/** Waits until a file is there. */
export function fileSensor<Services>(
  args: FileSensorArgs<Services>,
): SensorTask<Services, undefined, { readonly path: Text<Services> }> {
  const { path: wanted, minBytes = 0, ...sensor } = args;
  return {
    ...sensor,
    templates: { path: wanted },
    poke: async (context, { path: pattern }) => {
      for (const file of await filesLike(pattern)) {
        const found = await stat(file).catch(unlessMissing(undefined));
        if (found?.isFile() === true && found.size >= minBytes) return true;
      }
      context.logger.info(`no file ${pattern}`);
      return false;
    },
  };
}

/** What is asked of a store of objects; the landing store has it. */
export interface ObjectLookup {
  readonly exists: (key: string) => Promise<boolean>;
  readonly list: (prefix: string) => Promise<readonly string[]>;
}

/** An object of a store, by its key or by how its key begins. */
export type ObjectSensorArgs<Services> = SensorArgs & {
  readonly store: (services: Services) => ObjectLookup | Promise<ObjectLookup>;
} & (
    | { readonly key: Text<Services>; readonly prefix?: never }
    | { readonly prefix: Text<Services>; readonly key?: never }
  );

/** Waits until an object is in a store. */
export function objectSensor<Services>(
  args: ObjectSensorArgs<Services>,
): SensorTask<Services, undefined, { readonly name: Text<Services> }> {
  const { store, key, prefix, ...sensor } = args;
  return {
    ...sensor,
    templates: { name: key ?? prefix },
    poke: async (context, { name }) => {
      const lookup = await store(context.services);
      const isThere = key === undefined ? (await lookup.list(name)).length > 0 : await lookup.exists(name);
      if (!isThere) context.logger.info(`no object ${name}${key === undefined ? '*' : ''}`);
      return isThere;
    },
  };
}

async function filesLike(pattern: string): Promise<readonly string[]> {
  const name = path.basename(pattern);
  if (!name.includes('*')) return [pattern];
  const folder = path.dirname(pattern);
  const parts = name.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const matcher = new RegExp(`^${parts.join('.*')}$`);
  const names = await readdir(folder).catch(unlessMissing<string[]>([]));
  return names.filter((each) => matcher.test(each)).map((each) => path.join(folder, each));
}

/** A file that is not there is what is waited for; one that must not be looked at is a failure. */
function unlessMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return value;
    throw error;
  };
}
