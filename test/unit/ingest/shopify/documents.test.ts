import { parse, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { expect, test } from 'vitest';
import { shopifyBulkDocuments, shopifyDocuments } from '../../../../ingest/shopify/documents.ts';
import { shopifyTables } from '../../../../ingest/shopify/tables.ts';

const search = `updated_at:>='2026-11-01T00:00:00Z'`;
const pages = Object.entries(shopifyDocuments).map(([name, text]) => [name, parse(text)] as const);
const bulk = Object.entries(shopifyBulkDocuments).map(
  ([name, of]) => [`bulk ${name}`, parse(of(search))] as const,
);
const documents = pages.concat(bulk);

/** Card data, free text that people type, bearer links, names and addresses. */
const denied = (
  'receiptJson accountNumber paymentDetails authorizationCode paymentIcon billingAddress note customAttributes tags ' +
  'clientIp phone firstName lastName displayName address1 address2 zip statusPageUrl metafields landingPageUrl'
).split(' ');

function fieldsOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Field: (node) => void names.add(node.name.value) });
  return names;
}

test.each(documents)('%s selects nothing that is denied', (_, document) => {
  const fields = fieldsOf(document);
  expect(denied.filter((name) => fields.has(name))).toEqual([]);
});

test.each(documents)('%s uses every fragment and every variable that it declares', (_, document) => {
  const declared = { fragments: [] as string[], variables: [] as string[] };
  const used = { fragments: new Set<string>(), variables: new Set<string>() };
  visit(document, {
    FragmentDefinition: (node) => void declared.fragments.push(node.name.value),
    FragmentSpread: (node) => void used.fragments.add(node.name.value),
    VariableDefinition: (node) => {
      declared.variables.push(node.variable.name.value);
      return false;
    },
    Variable: (node) => void used.variables.add(node.name.value),
  });
  expect(Array.from(used.fragments).sort()).toEqual(declared.fragments.sort());
  expect(Array.from(used.variables).sort()).toEqual(declared.variables.sort());
});

test('a bulk search is quoted into the query', () => {
  const tricky = `updated_at:>"2026" \\ }`;
  const found: string[] = [];
  visit(parse(shopifyBulkDocuments.orders(tricky)), { StringValue: (node) => void found.push(node.value) });
  expect(found).toEqual([tricky]);
});

test('everything a table allows is selected, and everything selected at its root has a rule', () => {
  const document = parse(shopifyDocuments.orderPage);
  const fragments: Readonly<Record<string, string>> = {
    OrderFields: 'orders',
    LineItemFields: 'order_lines',
    TransactionFields: 'transactions',
    RefundFields: 'refunds',
    RefundLineFields: 'refund_lines',
    FulfillmentFields: 'fulfillments',
    FulfillmentLineFields: 'fulfillment_lines',
  };
  const made = new Set(['orderId', 'refundId', 'fulfillmentId', 'refundShippingLines']);
  for (const definition of document.definitions) {
    if (definition.kind !== 'FragmentDefinition') continue;
    const table = fragments[definition.name.value];
    if (table === undefined) continue;
    const selected = definition.selectionSet.selections.flatMap((each) =>
      each.kind === 'Field' ? [each.name.value] : [],
    );
    const rules = shopifyTables.orders.find((each) => each.table === table)?.rules.fields ?? {};
    expect(
      Object.keys(rules)
        .filter((name) => !made.has(name))
        .sort(),
    ).toEqual(selected.sort());
  }
});
