import { describeError, ShopwaveError } from '../../../lib/errors.ts';

/** So many are told at once: enough to mend a file in one go, few enough to read. */
const mostTold = 20;

/** Collects defects that do not hinder each other, so that one attempt tells them all. */
export class Defects {
  readonly #found: ShopwaveError[] = [];
  readonly #known = new Set<string>();
  #count = 0;

  /** How many were added, repeated ones too. */
  get count(): number {
    return this.#count;
  }

  /** One defect reached by several ways is told once; below the first line of a message is only the way. */
  add(error: ShopwaveError): void {
    this.#count += 1;
    const key = oneLine(error);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#found.push(error);
  }

  /** Runs work; a typed error is collected and gives undefined. Anything else is a fault of ours and passes. */
  try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ShopwaveError)) throw error;
      this.add(error);
      return undefined;
    }
  }

  /** Throws what was found: the first as it is, with the others listed in its message. */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first === undefined) return;
    if (rest.length === 0) throw first;
    const told = rest.slice(0, mostTold - 1).map((error) => `  - ${oneLine(error)}`);
    const more = rest.length > told.length ? [`  - and ${rest.length - told.length} more`] : [];
    const message = [first.message, `${rest.length} more found:`, ...told, ...more].join('\n');
    const kind = { summary: '', remedy: first.remedy, retryable: false };
    throw new ShopwaveError(first.code, kind, { message, where: first.where, cause: first });
  }
}

function oneLine(error: ShopwaveError): string {
  const where = error.where === undefined ? '' : `${error.where}: `;
  return `${where}${error.message.split('\n', 1)[0] ?? describeError(error)} (${error.code})`;
}
