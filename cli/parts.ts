import { Teardown } from '../lib/lifecycle.ts';

/** Registers how a part is closed again. */
export type Own = (close: () => Promise<void> | void) => void;

/**
 * Parts that are opened when first asked for, once, and closed in reverse order of having come up. A part that needs
 * another asks for it, so the order is never written down anywhere.
 */
export class Parts {
  private readonly opened = new Map<string, Promise<unknown>>();
  private readonly teardown = new Teardown();
  private closing: Promise<void> | undefined;

  /** Declares a part; the result opens it. A failed attempt is made again when the part is asked for again. */
  add<T>(name: string, open: (own: Own) => Promise<T>): () => Promise<T> {
    let made: Promise<T> | undefined;
    return () => {
      if (this.closing !== undefined && made === undefined)
        return Promise.reject(new Error('the platform is closing'));
      made ??= open((close) => this.teardown.add(name, close)).catch((error: unknown) => {
        made = undefined;
        this.opened.delete(name);
        throw error;
      });
      this.opened.set(name, made);
      return made;
    };
  }

  /** Whether the part was asked for. */
  isOpen(name: string): boolean {
    return this.opened.has(name);
  }

  /** Waits for what is just coming up, then closes everything. Idempotent. */
  close(onStep?: (name: string) => void): Promise<void> {
    this.closing ??= Promise.allSettled(this.opened.values()).then(() => this.teardown.run(onStep));
    return this.closing;
  }
}
