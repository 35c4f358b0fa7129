import { privacyErrors } from './errors.ts';
import type { NamedKey } from './key-provider.ts';
import { SecretBytes } from './secret-bytes.ts';
import { decrypt, encrypt } from './sealed.ts';
import type { WrappedKey } from './subject-key-store.ts';
import { deriveKey } from './token-ring.ts';

/** Wraps keys of persons with the active key of the provider, and unwraps with any that it still has. */
export class MasterKeys {
  private readonly keys: readonly NamedKey[];
  /** Id of the key that wraps. */
  readonly active: string;

  constructor(keys: readonly [NamedKey, ...NamedKey[]]) {
    this.active = keys[0].kid;
    this.keys = keys.map(({ kid, key }) => ({ kid, key: deriveKey(key, 'subject-keys') }));
  }

  wrap(keyId: string, subject: string, key: SecretBytes): WrappedKey {
    const wrapped = encrypt(this.key(this.active), key.reveal(), boundTo(keyId, subject));
    return { keyId, subject, wrapped, wrappedBy: this.active };
  }

  /** Fails when the row was moved to another person or key. */
  unwrap({ keyId, subject, wrapped, wrappedBy }: WrappedKey): SecretBytes {
    return new SecretBytes(decrypt(this.key(wrappedBy), wrapped, boundTo(keyId, subject)));
  }

  private key(kid: string): SecretBytes {
    const found = this.keys.find((each) => each.kid === kid);
    if (found !== undefined) return found.key;
    throw privacyErrors.error('PRIVACY_KEY_UNKNOWN', { message: `keys of persons are wrapped by ${kid}` });
  }
}

function boundTo(keyId: string, subject: string): string {
  return `${keyId} ${subject}`;
}
