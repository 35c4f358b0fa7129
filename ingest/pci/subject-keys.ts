import type { MasterKeys } from './master-keys.ts';
import { SecretBytes } from './secret-bytes.ts';
import { encrypt, formatSealed, newKeyId, randomBytesOf } from './sealed.ts';
import type { SubjectKeyStore, WrappedKey } from './subject-key-store.ts';

interface DataKey {
  readonly keyId: string;
  readonly key: SecretBytes;
}

/** Keys in one statement: 10,000 take about a megabyte. */
const keysPerInsert = 10_000;
/** Twice as many persons are known at most: some 60 MB. */
const defaultGeneration = 100_000;

/**
 * Encrypts personal values inside the decoding of rows, where nothing can be awaited. A person who is not known here
 * gets a new key on the spot; that they may have others makes no difference, since a key is found by its id and erasing
 * deletes all of them. So no key has to be fetched before a row is written, and any number of processes may seal.
 */
export class SubjectKeys {
  private readonly store: SubjectKeyStore;
  private readonly master: MasterKeys;
  private readonly generation: number;
  /** Persons seen lately, and those seen before them: forgetting a whole generation costs nothing per value. */
  private recent = new Map<string, DataKey>();
  private earlier = new Map<string, DataKey>();
  private unsaved: WrappedKey[] = [];
  private saving: Promise<void> = Promise.resolve();

  constructor(store: SubjectKeyStore, master: MasterKeys, generation = defaultGeneration) {
    this.store = store;
    this.master = master;
    this.generation = generation;
  }

  seal(subject: string, plain: string): string {
    const { keyId, key } = this.keyOf(subject);
    return formatSealed(keyId, encrypt(key, Buffer.from(plain)));
  }

  /** Makes every key that was given out until now durable, those that another call is just saving included. */
  settle(): Promise<void> {
    const saved = this.saving.catch(() => {}).then(() => this.save());
    this.saving = saved;
    return saved;
  }

  /** Forgets keys that were made before a person was erased. */
  forget(subject: string): void {
    this.recent.delete(subject);
    this.earlier.delete(subject);
  }

  private keyOf(subject: string): DataKey {
    const known = this.recent.get(subject);
    if (known !== undefined) return known;
    const key = this.earlier.get(subject) ?? this.make(subject);
    if (this.recent.size >= this.generation) {
      this.earlier = this.recent;
      this.recent = new Map();
    }
    this.recent.set(subject, key);
    return key;
  }

  private make(subject: string): DataKey {
    const made = { keyId: newKeyId(), key: new SecretBytes(randomBytesOf(32)) };
    this.unsaved.push(this.master.wrap(made.keyId, subject, made.key));
    return made;
  }

  private async save(): Promise<void> {
    while (this.unsaved.length > 0) {
      const batch = this.unsaved.splice(0, keysPerInsert);
      try {
        await this.store.add(batch);
      } catch (error) {
        this.unsaved.unshift(...batch);
        throw error;
      }
    }
  }
}
