import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { chainStart, parseManifest } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { compactionPrefix, dayOf, parseCompaction } from './compaction.ts';
import type { ArchivedFile, Compaction } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { inParallel } from './in-parallel.ts';

/** Something in the archive that is not as its manifests say. */
export interface Finding {
  /** A note is of no consequence: what a crash left, and nothing names. */
  readonly severity: 'error' | 'note';
  readonly key: string;
  readonly problem:
    | 'manifest unreadable'
    | 'gap in the chain'
    | 'missing'
    | 'size'
    | 'checksum'
    | 'row count'
    | 'content'
    | 'unreadable'
    | 'not named by any manifest';
  readonly detail: string;
}

/** A manifest object with the text that it was read from. */
export interface ManifestObject {
  readonly key: string;
  readonly manifest: Manifest;
  readonly text: string;
}

/** Batches that join, from the beginning on. */
export interface Chain {
  readonly name: string;
  readonly manifests: readonly ManifestObject[];
}

/** What the archive's own manifests say it holds. */
export interface Catalog {
  readonly chains: readonly Chain[];
  readonly files: readonly ArchivedFile[];
  readonly compactions: ReadonlyArray<{ readonly key: string; readonly compaction: Compaction }>;
  /** By key of a landed file. */
  readonly compactionOf: ReadonlyMap<string, Compaction>;
  /** What is wrong with the manifests themselves. */
  readonly findings: readonly Finding[];
}

const readsAtOnce = 16;

/** Reads all manifests; of all sources unless some are named. */
export async function readCatalog(
  store: ObjectStore,
  options: { readonly sources?: readonly string[]; readonly onProgress?: OnProgress } = {},
): Promise<Catalog> {
  const findings: Finding[] = [];
  const keys = await store.list('manifests/');
  const objects = await readAll(store, keys, options.onProgress, findings, (text, key) => ({
    key,
    manifest: parseManifest(text, key),
    text,
  }));
  const isWanted = ({ manifest }: ManifestObject): boolean =>
    options.sources === undefined || options.sources.includes(manifest.source);
  const chains = chainsOf(objects.filter(isWanted), findings);
  const files = chains.flatMap(({ manifests }) => manifests.flatMap(({ manifest }) => filesOf(manifest)));
  const compactions = await readCompactions(
    store,
    new Set(files.map(({ manifest }) => manifest.source)),
    findings,
  );
  const compactionOf = new Map(
    compactions.flatMap(({ compaction }) => compaction.inputs.map(({ key }) => [key, compaction] as const)),
  );
  return { chains, files, compactions, compactionOf, findings };
}

/** A catalog whose chains are whole; anything else is refused. */
export async function readSoundCatalog(
  store: ObjectStore,
  options: { readonly sources?: readonly string[]; readonly onProgress?: OnProgress } = {},
): Promise<Catalog> {
  const catalog = await readCatalog(store, options);
  const [first] = catalog.findings.filter(({ severity }) => severity === 'error');
  if (first === undefined) return catalog;
  throw archiveErrors.error('ARCHIVE_DAMAGED', {
    message: `${first.problem}: ${first.detail}${catalog.findings.length > 1 ? `, and ${catalog.findings.length - 1} more` : ''}`,
    where: first.key,
  });
}

function filesOf(manifest: Manifest): ArchivedFile[] {
  return manifest.files.map((file) => ({ manifest, file, day: dayOf(manifest) }));
}

async function readCompactions(
  store: ObjectStore,
  sources: ReadonlySet<string>,
  findings: Finding[],
): Promise<Array<{ key: string; compaction: Compaction }>> {
  const lists = await Promise.all([...sources].map((source) => store.list(compactionPrefix(source))));
  return await readAll(store, lists.flat(), undefined, findings, (text, key) => ({
    key,
    compaction: parseCompaction(text, key),
  }));
}

/** What parses of the objects under some keys; what does not becomes a finding. */
async function readAll<T>(
  store: ObjectStore,
  keys: readonly string[],
  onProgress: OnProgress | undefined,
  findings: Finding[],
  parse: (text: string, key: string) => T,
): Promise<T[]> {
  const step = 'read manifests';
  const total = keys.length;
  const found: Array<T | undefined> = [];
  let done = 0;
  await inParallel(keys, readsAtOnce, async (key, index) => {
    try {
      found[index] = parse((await store.get(key))?.toString('utf8') ?? '', key);
    } catch (error) {
      if (error instanceof ShopwaveError && error.retryable) throw error;
      const detail = messageOf(error).split('\n')[0] ?? '';
      findings.push({ severity: 'error', key, problem: 'manifest unreadable', detail });
    }
    done += 1;
    if (done % 500 === 0) onProgress?.({ step, state: 'running', done, total, unit: 'manifests' });
  });
  onProgress?.({ step, state: 'finished', done, total, unit: 'manifests' });
  return found.filter((each) => each !== undefined);
}

/** Follows each chain from its beginning; what it does not reach is behind a gap. */
function chainsOf(objects: readonly ManifestObject[], findings: Finding[]): Chain[] {
  const byChain = new Map<string, ManifestObject[]>();
  for (const each of objects) {
    const name = chainNameOf(each.key);
    byChain.set(name, [...(byChain.get(name) ?? []), each]);
  }
  return [...byChain].map(([name, manifests]) => {
    let position = chainStart;
    for (const { key, manifest } of manifests) {
      if (manifest.fromPosition !== position) {
        const detail = `it begins at ${manifest.fromPosition}, and the one before ends at ${position}`;
        findings.push({ severity: 'error', key, problem: 'gap in the chain', detail });
      }
      position = manifest.toPosition;
    }
    return { name, manifests };
  });
}

function chainNameOf(key: string): string {
  return key.split('/')[1] ?? '';
}
