import { openProtection } from '../../ingest/pci/open-protection.ts';
import type { OpenProtection } from '../../ingest/pci/open-protection.ts';
import { parseKeys } from '../../ingest/pci/key-provider.ts';
import type { KeyProvider } from '../../ingest/pci/key-provider.ts';
import type { SubjectKeyStore, Tombstone, WrappedKey } from '../../ingest/pci/subject-key-store.ts';

/** A key made of one byte: tests compare tokens between runs. */
export function testKey(kid: string, byte: number): string {
  return `${kid}:${Buffer.alloc(32, byte).toString('base64')}`;
}

/** Keys that are the same in every run. */
export function testSecrets(text = testKey('t1', 7)): KeyProvider {
  return { origin: 'test', tokenKeys: () => Promise.resolve(parseKeys(text, 'test')) };
}

/** Keys of persons in memory, with the contract of the control store's table. */
export function memoryKeyStore(): SubjectKeyStore & { readonly keys: Map<string, WrappedKey> } {
  const keys = new Map<string, WrappedKey>();
  const gone = new Map<string, Tombstone>();
  const ofSubject = (subject: string): WrappedKey[] =>
    [...keys.values()].filter((each) => each.subject === subject);
  return {
    keys,
    add: (added) => {
      for (const key of added) if (!gone.has(key.subject)) keys.set(key.keyId, key);
      return Promise.resolve();
    },
    ofSubject: (subject) => Promise.resolve(ofSubject(subject)),
    subjectsOf: (keyIds) =>
      Promise.resolve([...new Set(keyIds.flatMap((keyId) => keys.get(keyId)?.subject ?? []))].sort()),
    tombstone: (subject) => Promise.resolve(gone.get(subject)),
    erase: (subject, reason) => {
      const own = ofSubject(subject);
      for (const { keyId } of own) keys.delete(keyId);
      const before = gone.get(subject);
      const erasedAt = before?.erasedAt ?? new Date();
      const keyIds = [...(before?.keyIds ?? []), ...own.map((each) => each.keyId)];
      const tombstone = { subject, erasedAt, reason: before?.reason ?? reason, keyIds };
      gone.set(subject, tombstone);
      return Promise.resolve(tombstone);
    },
    wrappedByOthers: (kid, limit) =>
      Promise.resolve([...keys.values()].filter((each) => each.wrappedBy !== kid).slice(0, limit)),
    rewrap: (rewrapped) => {
      for (const key of rewrapped) keys.set(key.keyId, key);
      return Promise.resolve();
    },
  };
}

/** Protection with keys in memory. */
export function testProtection(text?: string): Promise<OpenProtection> {
  return openProtection(testSecrets(text), memoryKeyStore());
}
