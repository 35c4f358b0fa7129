import type { OnProgress } from '../../lib/progress.ts';
import type { Copies } from './copies.ts';
import { privacyErrors } from './errors.ts';
import type { OpenProtection } from './open-protection.ts';
import { sealedInText } from './sealed.ts';
import type { SecretBytes } from './secret-bytes.ts';
import type { Tombstone } from './subject-key-store.ts';
import { findSealed, openSealed, tellingTexts } from './subject-values.ts';

/** What erasing and showing work on. */
export interface PrivacyDeps {
  readonly protection: OpenProtection;
  /** Everywhere values are kept: the archive, the warehouse. */
  readonly copies: readonly Copies[];
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

/** How many values of a person are at a place. */
export interface SubjectPlace {
  readonly place: string;
  readonly values: number;
}

/** What was found of a person, and what became of it. */
export interface ErasureReport {
  readonly subject: string;
  readonly isDryRun: boolean;
  /** Keys that were deleted; of a dry run, that would be. */
  readonly keys: number;
  readonly tombstone: Tombstone | undefined;
  readonly places: readonly SubjectPlace[];
  /** Values that can still be decrypted: none after erasing. */
  readonly readable: number;
  /** Places that hold in plain text what was encrypted. */
  readonly plaintext: readonly SubjectPlace[];
  /** Whether plain text could be searched for: without a key nobody knows what to look for. */
  readonly isSearched: boolean;
  /** Persons of this or another source with the same e-mail address, by its token. */
  readonly linked: readonly string[];
  /** Objects that could not be searched. What is encrypted in them is unreadable all the same. */
  readonly unsearched: readonly string[];
}

/** One value of a person in plain text, for a request for access. */
export interface ShownValue {
  readonly field: string;
  readonly value: string;
  readonly copies: number;
  readonly firstPlace: string;
}

/** `<source>:<id>`, as in `shop:4711`. */
export function checkSubject(text: string): string {
  if (/^[a-z][a-z0-9_]*:\S+$/.test(text)) return text;
  throw privacyErrors.error('PRIVACY_SUBJECT_INVALID', { message: 'a subject is written as source:id' });
}

/**
 * Deletes a person's keys, then proves it: every value that they encrypted is tried again with the keys that are left.
 * Before, every copy is searched for what is in them: where it stands in plain text too, such as in somebody's free text,
 * deleting keys would be no erasure, so nothing is done unless that is accepted.
 */
export async function eraseSubject(
  deps: PrivacyDeps,
  request: {
    readonly subject: string;
    readonly reason: string;
    readonly isDryRun: boolean;
    /** Erase although values stand somewhere in plain text, where no key can make them unreadable. */
    readonly acceptsPlaintext?: boolean;
  },
): Promise<ErasureReport> {
  const { keyStore, forget } = deps.protection;
  const subject = checkSubject(request.subject);
  // Keys that are in memory alone would be written after the erasure.
  await deps.protection.settle();
  const keys = await openKeys(deps, subject);
  const before = await survey(
    deps,
    [...keys.keys(), ...((await keyStore.tombstone(subject))?.keyIds ?? [])],
    keys,
  );
  const linked = await findLinked(deps, subject, [...before.texts]);
  // Once the keys are gone nobody can tell any more what to look for.
  const facts = { keys: keys.size, linked, isSearched: before.texts.size > 0 };
  if (before.plaintext.size > 0 && !request.isDryRun && request.acceptsPlaintext !== true) {
    throw privacyErrors.error('PRIVACY_PLAINTEXT_FOUND', {
      message: `nothing was erased: ${before.plaintext.size} places hold in plain text what is encrypted elsewhere`,
      where: [...before.plaintext.keys()].slice(0, 10).join(', '),
    });
  }
  if (request.isDryRun)
    return report(deps, request, before, { ...facts, tombstone: await keyStore.tombstone(subject) });
  const tombstone = await keyStore.erase(subject, request.reason);
  forget(subject);
  const left = await openKeys(deps, subject);
  const after = await survey(deps, tombstone.keyIds, left, [...before.texts]);
  const result = await report(deps, request, after, { ...facts, tombstone });
  if (result.readable === 0) return result;
  throw privacyErrors.error('PRIVACY_ERASURE_UNPROVEN', {
    message: `${result.readable} values can still be decrypted`,
    where: result.places
      .map((each) => each.place)
      .slice(0, 10)
      .join(', '),
  });
}

/** Everything that is kept encrypted about a person, decrypted. */
export async function showSubject(deps: PrivacyDeps, text: string): Promise<readonly ShownValue[]> {
  const subject = checkSubject(text);
  await deps.protection.settle();
  const keys = await openKeys(deps, subject);
  const shown = new Map<string, ShownValue>();
  for await (const { place, field, sealed } of findSealed(deps.copies, [...keys.keys()], deps.signal)) {
    const plain = openSealed(sealed, keys);
    const value = typeof plain === 'string' ? plain : JSON.stringify(plain);
    const known = shown.get(`${field} ${value}`);
    const firstPlace = known?.firstPlace ?? place;
    shown.set(`${field} ${value}`, { field, value, copies: (known?.copies ?? 0) + 1, firstPlace });
  }
  return [...shown.values()];
}

async function openKeys(
  { protection }: PrivacyDeps,
  subject: string,
): Promise<ReadonlyMap<string, SecretBytes>> {
  const wrapped = await protection.keyStore.ofSubject(subject);
  return new Map(wrapped.map((each) => [each.keyId, protection.master.unwrap(each)]));
}

interface Survey {
  readonly places: ReadonlyMap<string, number>;
  readonly readable: number;
  /** What was read, to be searched for. In memory alone. */
  readonly texts: ReadonlySet<string>;
  readonly plaintext: ReadonlyMap<string, number>;
}

async function survey(
  deps: PrivacyDeps,
  keyIds: readonly string[],
  keys: ReadonlyMap<string, SecretBytes>,
  texts: readonly string[] = [],
): Promise<Survey> {
  const step = 'search archive and warehouse';
  deps.onProgress({ step, state: 'started' });
  const places = new Map<string, number>();
  const found = new Set<string>();
  let readable = 0;
  for await (const { place, sealed } of findSealed(deps.copies, keyIds, deps.signal)) {
    count(places, place);
    const plain = attempt(() => openSealed(sealed, keys));
    if (plain === undefined) continue;
    readable += 1;
    tellingTexts(plain).forEach((each) => found.add(each));
  }
  const plaintext = new Map<string, number>();
  const wanted = [...new Set([...texts, ...found])];
  if (wanted.length > 0)
    for (const copy of deps.copies)
      for await (const { place } of copy.search(wanted, deps.signal)) count(plaintext, place);
  deps.onProgress({ step, state: 'finished', done: places.size, unit: 'places' });
  return { places, readable, texts: found, plaintext };
}

/** A damaged value is not readable; that it is there is counted all the same. */
function attempt(open: () => unknown): unknown {
  try {
    return open();
  } catch {
    return undefined;
  }
}

function count(places: Map<string, number>, place: string): void {
  places.set(place, (places.get(place) ?? 0) + 1);
}

/** Values beside an e-mail address's token that other persons' keys encrypt. */
async function findLinked(
  { protection, copies, signal }: PrivacyDeps,
  subject: string,
  texts: readonly string[],
): Promise<readonly string[]> {
  const tokens = texts
    .filter((text) => text.includes('@'))
    .map((text) => protection.token('email', text).token);
  if (tokens.length === 0) return [];
  const keyIds = new Set<string>();
  for (const copy of copies)
    for await (const { text } of copy.search([...new Set(tokens)], signal))
      for (const match of text.matchAll(sealedInText)) keyIds.add(match[1] ?? '');
  const subjects = await protection.keyStore.subjectsOf([...keyIds]);
  return subjects.filter((each) => each !== subject);
}

async function report(
  { copies }: PrivacyDeps,
  { subject, isDryRun }: { readonly subject: string; readonly isDryRun: boolean },
  { places, readable, plaintext }: Survey,
  facts: Pick<ErasureReport, 'keys' | 'linked' | 'tombstone' | 'isSearched'>,
): Promise<ErasureReport> {
  const lists = await Promise.all(copies.map(async (copy) => (await copy.unsearched?.()) ?? []));
  return {
    subject,
    isDryRun,
    ...facts,
    places: listed(places),
    readable,
    plaintext: listed(plaintext),
    unsearched: lists.flat(),
  };
}

function listed(places: ReadonlyMap<string, number>): SubjectPlace[] {
  return [...places].map(([place, values]) => ({ place, values }));
}
