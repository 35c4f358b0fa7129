import { MasterKeys } from './master-keys.ts';
import type { Protection } from './protection.ts';
import { createScrubber } from './scrub.ts';
import type { KeyProvider } from './key-provider.ts';
import type { SubjectKeyStore } from './subject-key-store.ts';
import { SubjectKeys } from './subject-keys.ts';
import { TokenRing } from './token-ring.ts';

/** All that protects values, with what `privacy` needs besides. */
export interface OpenProtection extends Protection {
  readonly ring: TokenRing;
  readonly master: MasterKeys;
  readonly keyStore: SubjectKeyStore;
  /** To be called when a person is erased: keys in memory go too. */
  readonly forget: (subject: string) => void;
}

/** Reads the keys once; a process keeps them until it ends. */
export async function openProtection(
  secrets: KeyProvider,
  keyStore: SubjectKeyStore,
): Promise<OpenProtection> {
  const keys = await secrets.tokenKeys();
  const ring = new TokenRing(keys);
  const master = new MasterKeys(keys);
  const subjects = new SubjectKeys(keyStore, master);
  return {
    ring,
    master,
    keyStore,
    scrub: createScrubber((digits) => ring.issue('card', digits).token),
    token: (purpose, value) => ring.issue(purpose, value),
    isRotating: ring.isRotating,
    seal: (subject, plain) => subjects.seal(subject, plain),
    settle: () => subjects.settle(),
    forget: (subject) => subjects.forget(subject),
  };
}
