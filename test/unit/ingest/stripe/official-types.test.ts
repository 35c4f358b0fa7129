import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { balanceTransactions, customers, payouts } from '../../../../ingest/stripe/account-tables.ts';
import { eventTypes, typesPerRequest } from '../../../../ingest/stripe/event-types.ts';
import { charges, disputes, paymentIntents, refunds } from '../../../../ingest/stripe/payment-tables.ts';
import { stripeVersion } from '../../../../ingest/stripe/profile.ts';
import type { FieldRules } from '../../../../ingest/pci/field-rules.ts';

// The types that Stripe publishes for the pinned version: what we project must exist, what exists must be classified.

const interfaces = {
  Charge: charges,
  PaymentIntent: paymentIntents,
  Refund: refunds,
  Dispute: disputes,
  BalanceTransaction: balanceTransactions,
  Payout: payouts,
  Customer: customers,
} as const;
type Name = keyof typeof interfaces;

/** Not in the types of an undeleted object, but in answers. */
const besides = new Set(['Customer.deleted']);
/** Other means of payment than cards have a field each here: they count as unknown, and are reported as such. */
const open = new Set(['Charge.payment_method_details']);

const resources = path.resolve('node_modules/stripe/esm/resources');
let checker: ts.TypeChecker;
let program: ts.Program;

beforeAll(() => {
  const files = [
    'Charges',
    'PaymentIntents',
    'Refunds',
    'Disputes',
    'BalanceTransactions',
    'Payouts',
    'Customers',
  ];
  program = ts.createProgram({
    rootNames: [...files, 'Events'].map((file) => path.join(resources, `${file}.d.ts`)),
    options: { strict: true, skipLibCheck: true, noEmit: true, module: ts.ModuleKind.NodeNext, types: [] },
  });
  checker = program.getTypeChecker();
}, 60_000);

function typeNamed(name: Name): ts.Type {
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.endsWith(`/resources/${name}s.d.ts`)) continue;
    const found = file.statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
    if (found !== undefined) return checker.getTypeAtLocation(found);
  }
  throw new Error(`no interface ${name}`);
}

/** The object types among the alternatives of a field, or of the elements of its list. */
function objectTypes(type: ts.Type): ts.Type[] {
  const alternatives = type.isUnion() ? type.types : [type];
  return alternatives.flatMap((each) => {
    if (checker.isArrayType(each))
      return checker.getTypeArguments(each as ts.TypeReference).flatMap(objectTypes);
    return (each.flags & ts.TypeFlags.Object) === 0 ? [] : [each];
  });
}

interface Differences {
  /** Projected, but not in the types. */
  readonly unknown: string[];
  /** In the types, but without a rule. */
  readonly unclassified: string[];
}

function compare(types: readonly ts.Type[], rules: FieldRules, at: string, found: Differences): Differences {
  const hasAnyName = types.some((each) => checker.getIndexInfosOfType(each).length > 0);
  const properties = new Map(
    types.flatMap((each) => each.getProperties().map((own) => [own.name, own] as const)),
  );
  for (const [name, rule] of Object.entries(rules)) {
    const here = `${at}.${name}`;
    const property = properties.get(name);
    if (property === undefined) {
      if (!hasAnyName && !besides.has(here)) found.unknown.push(here);
      continue;
    }
    const inner = Array.isArray(rule) ? (rule[0] as FieldRules[string]) : rule;
    if (typeof inner === 'string') continue;
    compare(objectTypes(checker.getTypeOfSymbol(property)), inner as FieldRules, here, found);
  }
  if (!open.has(at)) {
    const missing = [...properties.keys()].filter((name) => !(name in rules));
    found.unclassified.push(...missing.map((name) => `${at}.${name}`));
  }
  return found;
}

describe('the fields of the pinned version', () => {
  test.each(Object.keys(interfaces) as Name[])('of %s are all classified, and no other', (name) => {
    const found = compare([typeNamed(name)], interfaces[name].rules.fields, name, {
      unknown: [],
      unclassified: [],
    });
    expect(found).toEqual({ unknown: [], unclassified: [] });
  });

  test.each(Object.keys(interfaces) as Name[])('of %s that are counted on exist', (name) => {
    for (const field of Object.keys(interfaces[name].shape)) {
      let types = [typeNamed(name)];
      for (const step of field.split('.')) {
        const property = types.flatMap((each) => each.getProperty(step) ?? []).at(0);
        expect(property, `${name}.${field}`).toBeDefined();
        types = property === undefined ? [] : objectTypes(checker.getTypeOfSymbol(property));
      }
    }
  });
});

test('the pinned version is the one that the types are for', async () => {
  const { default: Stripe } = await import('stripe');
  expect(Stripe.API_VERSION).toBe(stripeVersion);
});

test('all events that are asked for exist, and fit into the fewest requests', () => {
  const text = program.getSourceFile(path.join(resources, 'Events.d.ts'))?.text ?? '';
  for (const type of eventTypes) expect(text.includes(`'${type}'`), type).toBe(true);
  expect(new Set(eventTypes).size).toBe(eventTypes.length);
  expect(Math.ceil(eventTypes.length / typesPerRequest)).toBe(2);
});
