import type { PreparedStatement } from './prepared-statement.ts';

/** A connection's prepared statements by name; the one without a name is replaced by the next. */
export class Statements {
  private readonly byName = new Map<string, PreparedStatement>();
  private held = 0;

  /** Characters of their texts. */
  get length(): number {
    return this.held;
  }

  get size(): number {
    return this.byName.size;
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  get(name: string): PreparedStatement | undefined {
    return this.byName.get(name);
  }

  set(name: string, statement: PreparedStatement): void {
    this.delete(name);
    this.byName.set(name, statement);
    this.held += lengthOf(statement);
  }

  delete(name: string): void {
    const found = this.byName.get(name);
    if (found === undefined) return;
    this.byName.delete(name);
    this.held -= lengthOf(found);
  }

  clear(): void {
    this.byName.clear();
    this.held = 0;
  }
}

function lengthOf({ parsed }: PreparedStatement): number {
  return parsed?.text.length ?? 0;
}
