import { keyOf } from '../item.ts';
import type { GrantItem, Item, ObjectItem, Properties, Value } from '../item.ts';
import { objectTypes } from '../object-types.ts';
import type { Plan } from '../plan/plan.ts';
import { relationItems } from '../plan/relations.ts';
import { comparable, writeValue } from '../property.ts';
import type { Property } from '../property.ts';
import { alterStatements, establish, revoke, revokeGrantOption } from '../statements.ts';
import type { Account } from './account.ts';
import { isTooMuch } from './too-much.ts';

/** One thing in which an account is not what the plan says. */
export interface Difference {
  readonly kind: 'missing' | 'differs' | 'too much';
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  /** Statements that mend it; empty where none can, and then `byHand` says what to do. */
  readonly sql: readonly string[];
  readonly byHand?: string;
}

/** All differences, in an order in which they can be mended. */
export function compare(plan: Plan, account: Account): Difference[] {
  const observed = new Map(account.items.map((item) => [keyOf(item), item]));
  const expected = [...plan.items, ...relationItems(plan, account.relations)];
  const lacking = expected.flatMap((item) => differencesOf(item, observed.get(keyOf(item))));
  const known = new Set(expected.map(keyOf));
  const excess = account.items
    .filter((item) => !known.has(keyOf(item)) && isTooMuch(plan, item))
    .map((item): Difference => {
      return { kind: 'too much', what: keyOf(item), found: 'is there', wanted: 'none', sql: revoke(item) };
    });
  return [...lacking, ...excess];
}

function differencesOf(item: Item, found: Item | undefined): Difference[] {
  if (found === undefined) {
    return [{ kind: 'missing', what: keyOf(item), found: 'none', wanted: sayOf(item), sql: establish(item) }];
  }
  if (item.item === 'object' && found.item === 'object') return propertyDifferences(item, found);
  if (found.item === 'grant' && found.isGrantable === true) return [handedOn(found)];
  return sayOf(item) === sayOf(found)
    ? []
    : [
        {
          kind: 'differs',
          what: keyOf(item),
          found: sayOf(found),
          wanted: sayOf(item),
          sql: establish(item),
        },
      ];
}

function handedOn(found: GrantItem): Difference {
  return {
    kind: 'too much',
    what: keyOf(found),
    found: 'with grant option',
    wanted: 'without',
    sql: [revokeGrantOption(found)],
  };
}

/** What a fact says of what it is about. */
function sayOf(item: Item): string {
  switch (item.item) {
    case 'owner':
      return item.role;
    case 'tagging':
      return item.value;
    case 'object':
    case 'grant':
    case 'future grant':
    case 'membership':
    case 'tag policy':
      return 'is there';
  }
}

function propertyDifferences(item: ObjectItem, found: ObjectItem): Difference[] {
  const rules = objectTypes[item.type].properties;
  return Object.entries(item.properties).flatMap(([name, value]): Difference[] => {
    const rule = rules[name];
    if (rule === undefined) return [];
    const wanted = rule.shown === undefined ? value : rule.shown(value);
    const is = found.properties[name] ?? '';
    if (comparable(is, rule) === comparable(wanted, rule)) return [];
    const what = `${keyOf(item)}: ${name}`;
    const told = { kind: 'differs', what, found: say(is), wanted: say(wanted) } as const;
    return [{ ...told, ...mend(item, rule, { [name]: value }) }];
  });
}

function mend(item: ObjectItem, rule: Property, changed: Properties): Pick<Difference, 'sql' | 'byHand'> {
  if (rule.at !== 'create' || rule.alter !== undefined) return { sql: alterStatements(item, changed) };
  return { sql: [], byHand: `${item.type} ${item.name} has to be made anew: no ALTER changes this` };
}

function say(value: Value): string {
  const text = writeValue('word', value);
  return text === '' ? 'none' : text;
}
