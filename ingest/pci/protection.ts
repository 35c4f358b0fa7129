import type { TokenPurpose } from './field-rules.ts';

/** A card number that was found and replaced. Tells everything but the number. */
export interface PanHit {
  readonly brand: string;
  readonly digits: number;
  /** How it was written. */
  readonly form: 'plain' | 'base64' | 'gzip';
  /** What stands in its place. */
  readonly token: string;
}

export interface Scrubbed {
  readonly text: string;
  readonly hits: readonly PanHit[];
}

/** A token, and while keys are rotated the token of the same value under the key that goes. */
export interface IssuedToken {
  readonly token: string;
  readonly before?: string;
}

/** What rules need to be carried out. All of it is synchronous: it runs inside the decoding of every row. */
export interface Protection {
  readonly scrub: (text: string) => Scrubbed;
  readonly token: (purpose: TokenPurpose, value: string) => IssuedToken;
  /** Tokens under a key that is being retired are written too. */
  readonly isRotating?: boolean;
  /** Encrypts with a key of that person, made on the spot if need be. */
  readonly seal: (subject: string, plain: string) => string;
  /**
   * Makes the keys that were made on the spot durable. To be awaited after the last value of a batch was sealed and
   * before the batch's files become visible: a file whose keys are lost is a file nobody can read.
   */
  readonly settle: () => Promise<void>;
}
