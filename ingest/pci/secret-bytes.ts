import { inspect } from 'node:util';

const hidden = '[secret]';

/** Key material that shows itself to nobody: not to logs, errors, JSON, templates or a debugger's print. */
export class SecretBytes {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** The bytes, for a cryptographic function and nothing else. */
  reveal(): Buffer {
    return this.#bytes;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
