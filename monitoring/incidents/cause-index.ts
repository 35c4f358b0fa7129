import { causeMatches } from './incident.ts';
import type { FiringAlert, Incident, IncidentAlert } from './incident.ts';

/** What is active, by cause, and what explains what; patterns are looked up once each, however many alerts have them. */
export class ActiveCauses {
  readonly #explanations = new Map<string, Set<string>>();
  readonly #matches = new Map<string, readonly string[]>();

  constructor(active: readonly FiringAlert[]) {
    for (const { cause, explainedBy } of active) {
      const patterns = this.#explanations.get(cause) ?? new Set();
      for (const pattern of explainedBy) patterns.add(pattern);
      this.#explanations.set(cause, patterns);
    }
  }

  /** The cause behind an alert: its own, or the active one that explains it, or what explains that one. */
  rootOf({ cause, explainedBy }: FiringAlert): string {
    const seen = new Set([cause]);
    let root = cause;
    let patterns: Iterable<string> = explainedBy;
    for (;;) {
      let next: string | undefined;
      for (const pattern of patterns) {
        const found = this.#matching(pattern).find((each) => !seen.has(each));
        if (found !== undefined && (next === undefined || found < next)) next = found;
      }
      if (next === undefined) return root;
      seen.add(next);
      root = next;
      patterns = this.#explanations.get(next) ?? [];
    }
  }

  /** Active causes that a pattern matches, in order. */
  #matching(pattern: string): readonly string[] {
    const known = this.#matches.get(pattern);
    if (known !== undefined) return known;
    const found = [...this.#explanations.keys()].filter((cause) => causeMatches(pattern, cause)).sort();
    this.#matches.set(pattern, found);
    return found;
  }
}

/** Open incidents, found by the causes that are in them and by what would explain them. */
export class IncidentIndex {
  readonly #byId = new Map<number, { readonly incident: Incident; readonly alerts: IncidentAlert[] }>();
  readonly #byCause = new Map<string, number>();
  readonly #byPattern = new Map<string, Set<number>>();

  constructor(open: readonly Incident[]) {
    for (const incident of open) this.add(incident);
  }

  add(incident: Incident): void {
    this.#byId.set(incident.id, { incident, alerts: [] });
    this.#byCause.set(incident.cause, incident.id);
    for (const each of incident.alerts) this.join(incident.id, each);
  }

  join(id: number, joined: IncidentAlert): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.alerts.push(joined);
    const { cause, explainedBy } = joined.alert;
    this.#byCause.set(cause, id);
    // An incident is explained by what explains the alerts of the cause that it is called by.
    if (cause !== entry.incident.cause) return;
    for (const pattern of explainedBy) {
      const ids = this.#byPattern.get(pattern) ?? new Set();
      this.#byPattern.set(pattern, ids.add(id));
    }
  }

  remove(id: number): void {
    const entry = this.#byId.get(id);
    this.#byId.delete(id);
    for (const { alert } of entry?.alerts ?? []) {
      this.#byCause.delete(alert.cause);
      for (const pattern of alert.explainedBy) this.#byPattern.get(pattern)?.delete(id);
    }
    if (entry !== undefined) this.#byCause.delete(entry.incident.cause);
  }

  withCause(cause: string): number | undefined {
    return this.#byCause.get(cause);
  }

  /** The incidents that a cause would explain, the eldest first. */
  explainedBy(cause: string): readonly Incident[] {
    const ids = new Set<number>();
    for (const [pattern, those] of this.#byPattern) {
      if (causeMatches(pattern, cause)) for (const id of those) ids.add(id);
    }
    return ids.size === 0 ? [] : this.all().filter(({ id }) => ids.has(id));
  }

  /** All, the eldest first. */
  all(): readonly Incident[] {
    return [...this.#byId.values()]
      .map(({ incident, alerts }) => ({ ...incident, alerts }))
      .sort((a, b) => a.id - b.id);
  }
}
