/** Values at one moment. Never changed in place, so that keeping one costs nothing. */
export interface SettingsAt {
  /** What counts now. */
  readonly effective: ReadonlyMap<string, string>;
  /** What counts once the transaction has ended well: without what was set for it alone. */
  readonly lasting: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

/** The settings of one connection that differ from the defaults, by lower-case name, as values that SHOW tells. */
export class Settings {
  /** To which RESET goes back. */
  private initial: ReadonlyMap<string, string> = none;
  private at: SettingsAt = { effective: none, lasting: none };

  /** What was set until now, the client has told at the start. */
  begin(): void {
    this.initial = this.at.lasting;
  }

  get now(): SettingsAt {
    return this.at;
  }

  get effective(): ReadonlyMap<string, string> {
    return this.at.effective;
  }

  /** `isLocal`: until the transaction ends. */
  set(name: string, value: string, isLocal: boolean): void {
    const { effective, lasting } = this.at;
    this.at = {
      effective: new Map(effective).set(name, value),
      lasting: isLocal ? lasting : new Map(lasting).set(name, value),
    };
  }

  reset(name: string, isLocal = false): void {
    const value = this.initial.get(name);
    if (value !== undefined) return this.set(name, value, isLocal);
    const { effective, lasting } = this.at;
    this.at = { effective: without(effective, name), lasting: isLocal ? lasting : without(lasting, name) };
  }

  /** All but those named. */
  resetAll(except: readonly string[]): void {
    const names = [...this.at.effective.keys(), ...this.at.lasting.keys()];
    for (const name of new Set(names)) if (!except.includes(name)) this.reset(name);
  }

  /** The transaction, or a part of it, has not happened. */
  restore(earlier: SettingsAt): void {
    this.at = earlier;
  }

  /** The transaction has ended well. */
  keep(): void {
    const { effective, lasting } = this.at;
    if (effective !== lasting) this.at = { effective: lasting, lasting };
  }
}

function without(values: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  if (!values.has(name)) return values;
  const rest = new Map(values);
  rest.delete(name);
  return rest;
}
