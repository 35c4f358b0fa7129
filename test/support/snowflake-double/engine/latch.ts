/**
 * Many statements look at what is committed at once; a commit that takes several steps shuts them out while it takes
 * them, so that no statement sees one table as before and another as after.
 */
export class Latch {
  private readonly waiting: (() => boolean)[] = [];
  private readers = 0;
  private isWriting = false;

  async reading<T>(work: () => Promise<T>): Promise<T> {
    await this.enter(() => {
      if (this.isWriting) return false;
      this.readers += 1;
      return true;
    });
    try {
      return await work();
    } finally {
      this.readers -= 1;
      this.admit();
    }
  }

  async writing<T>(work: () => Promise<T>): Promise<T> {
    await this.enter(() => {
      if (this.isWriting || this.readers > 0) return false;
      this.isWriting = true;
      return true;
    });
    try {
      return await work();
    } finally {
      this.isWriting = false;
      this.admit();
    }
  }

  private async enter(isAdmitted: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiting.push(() => {
        if (!isAdmitted()) return false;
        resolve();
        return true;
      });
      this.admit();
    });
  }

  /** In the order of coming: a writer is not starved by readers that came after it. */
  private admit(): void {
    while (this.waiting[0]?.() === true) this.waiting.shift();
  }
}
