import type { AccessRules, GroupRules } from './access-file.ts';
import { defaultConcurrency, mostRows } from './caller.ts';
import type { Caller, Grant, Limits, RowRule } from './caller.ts';

/** Somebody whose identity is proven. */
export interface Holder {
  readonly name: string;
  readonly groups: readonly string[];
  /** What rows are limited by: `{ country: ['DE'] }`. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** What a person may see by their groups' roles. A group that is not in the file gives nothing. */
export function callerOf(rules: AccessRules, holder: Holder): Caller {
  const groups = holder.groups.flatMap((name) => own(rules.groups, name));
  const roles = [...new Set(groups.flatMap((group) => group.roles))];
  return {
    name: holder.name,
    grants: roles.flatMap((name) => grantsOf(rules, name, holder)),
    limits: limitsOf(groups),
    policyVersion: rules.version,
  };
}

/** A role that is limited by a value which its holder does not have gives them nothing. */
function grantsOf(rules: AccessRules, name: string, holder: Holder): Grant[] {
  return own(rules.roles, name).flatMap(({ sees, hides, rows }) => {
    const limited = Object.entries(rows).map(([dimension, by]): RowRule => {
      const values = 'from' in by ? (own(holder.values, by.from)[0] ?? []) : by;
      return { dimension, values: [...new Set(values)].sort() };
    });
    return limited.some(({ values }) => values.length === 0) ? [] : [{ sees, hides, rows: limited }];
  });
}

/** The widest of the groups' limits: being in one more group never takes something away. */
function limitsOf(groups: readonly GroupRules[]): Limits {
  const stated = groups.map(
    ({ limits = { concurrent_queries: defaultConcurrency, rows: mostRows } }) => limits,
  );
  return {
    concurrentQueries: Math.max(1, ...stated.map((each) => each.concurrent_queries)),
    rows: Math.max(1, ...stated.map((each) => each.rows)),
  };
}

/** The entry as a list, so that a name such as `constructor` finds nothing. */
function own<T>(entries: Readonly<Record<string, T>>, name: string): T[] {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return entry === undefined ? [] : [entry];
}
