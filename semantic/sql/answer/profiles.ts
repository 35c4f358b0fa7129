import { createHash } from 'node:crypto';
import type { Logger } from '../../../lib/logger.ts';
import type { Caller } from '../../server/access/caller.ts';
import type { Semantic } from '../../server/semantic.ts';
import { openCatalogue } from '../postgres/catalogue.ts';
import type { Catalogue } from '../postgres/catalogue.ts';
import type { Relations } from '../relations/relation.ts';
import { relationsOf } from '../relations/relations-of.ts';

/** What callers with the same rights to members see, and the PostgreSQL that holds it. */
export interface Profile {
  /** Changes with the model, and with what can be seen of it. */
  readonly key: string;
  readonly modelVersion: string;
  readonly relations: Relations;
  /** Opened at its first use, or again when it has ended. */
  readonly catalogue: () => Promise<Catalogue>;
}

export interface Profiles {
  readonly of: (caller: Caller) => Promise<Profile>;
  readonly close: () => Promise<void>;
}

/** So many catalogues are open at once, each with memory of its own; groups of people share one by what they see. */
const mostOpen = 3;
const mostKnown = 1_000;

export function createProfiles(
  semantic: Pick<Semantic, 'catalog' | 'servedModel'>,
  image: () => Promise<Uint8Array>,
  logger: Logger,
): Profiles {
  const known = new Map<string, Promise<Profile>>();
  const open = new Map<string, Promise<Catalogue>>();
  const closing = new Set<Promise<unknown>>();

  const close = (key: string): void => {
    const catalogue = open.get(key);
    open.delete(key);
    const closed = catalogue?.then((each) => each.closeWhenIdle()).catch(() => {});
    if (closed === undefined) return;
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  };
  const catalogueOf = async (key: string, relations: Relations): Promise<Catalogue> => {
    const found = await open.get(key)?.catch(() => undefined);
    if (found !== undefined && !found.isGone()) {
      const same = open.get(key);
      // The last one used is the last in the map.
      if (same !== undefined && open.delete(key)) open.set(key, same);
      return found;
    }
    if (found !== undefined) {
      logger.warn('a catalogue of the SQL API ended, and is opened again');
      open.delete(key);
    }
    const opening = open.get(key) ?? image().then((bytes) => openCatalogue(bytes, relations));
    open.set(key, opening);
    opening.catch(() => open.delete(key));
    for (const oldest of [...open.keys()].slice(0, Math.max(0, open.size - mostOpen))) close(oldest);
    return opening;
  };
  const make = async (caller: Caller): Promise<Profile> => {
    const { version: modelVersion, model } = semantic.servedModel();
    const relations = relationsOf(model, await semantic.catalog(caller));
    const shown = [...relations.values()].map(({ name, columns }) => [name, ...columns.keys()]);
    const key = createHash('sha256')
      .update(JSON.stringify([modelVersion, shown]))
      .digest('base64url');
    return { key, modelVersion, relations, catalogue: () => catalogueOf(key, relations) };
  };
  return {
    of: async (caller) => {
      const rights = `${semantic.servedModel().version} ${caller.policyVersion} ${JSON.stringify(caller.grants)}`;
      const found = known.get(rights);
      if (found !== undefined) return found;
      if (known.size >= mostKnown) known.clear();
      const made = make(caller);
      known.set(rights, made);
      made.catch(() => known.delete(rights));
      return made;
    },
    close: async () => {
      for (const key of open.keys()) close(key);
      await Promise.all(closing);
    },
  };
}
