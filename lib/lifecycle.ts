/** The one contract of everything that runs in the background. Both calls are idempotent. */
export interface Service {
  readonly name: string;
  readonly start: () => Promise<void>;
  /** Drains, then stops. Never throws for being called twice. */
  readonly stop: () => Promise<void>;
}

/** Collects closers as parts come up, and runs them in reverse order; the first error is thrown after all have run. */
export class Teardown {
  private readonly closers: Array<{ name: string; close: () => Promise<void> | void }> = [];

  add(name: string, close: () => Promise<void> | void): void {
    this.closers.push({ name, close });
  }

  async run(onStep?: (name: string) => void): Promise<void> {
    const errors: unknown[] = [];
    for (let closer = this.closers.pop(); closer !== undefined; closer = this.closers.pop()) {
      onStep?.(closer.name);
      try {
        await closer.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
