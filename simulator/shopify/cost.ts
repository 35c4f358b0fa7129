import { getNamedType, isObjectType, isAbstractType, Kind } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { schema } from './execute.ts';

/**
 * The cost of a query in points. Shopify says what counts (objects 1, scalars 0, mutations 10, connections by their
 * size) but not how: here a connection of n costs 2 + the cost of a node for each of sqrt(n), and values that are no
 * objects of their own (money, addresses) are free.
 */
const mutationCost = 10;
const freeTypes = new Set([
  'MoneyBag',
  'MoneyV2',
  'PageInfo',
  'Attribute',
  'TaxLine',
  'MailingAddress',
  'Count',
]);

/** How many nodes a connection has: asked for, or there. */
type SizeOf = (path: string, first: number | undefined) => number;

interface Walk {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly sizeOf: SizeOf;
}

/** What the query may cost at most, as its sizes are asked for. */
export function requestedCost(document: DocumentNode, variables: Readonly<Record<string, unknown>>): number {
  return cost(document, variables, (_, first) => first ?? 1);
}

/** What it cost with the nodes that there were. */
export function actualCost(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  data: unknown,
): number {
  const sizes = new Map<string, number>();
  measure(data, '', sizes);
  return cost(document, variables, (path) => sizes.get(path) ?? 0);
}

function cost(document: DocumentNode, variables: Readonly<Record<string, unknown>>, sizeOf: SizeOf): number {
  const fragments = new Map(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((each) => [each.name.value, each]),
  );
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) return 0;
  if (operation.operation === 'mutation') return mutationCost;
  const root = schema.getQueryType();
  return root === null || root === undefined
    ? 0
    : Math.ceil(selectionCost(operation.selectionSet, root, '', { fragments, variables, sizeOf }));
}

function selectionCost(set: SelectionSetNode, type: GraphQLObjectType, path: string, walk: Walk): number {
  let total = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment !== undefined) total += selectionCost(fragment.selectionSet, type, path, walk);
      continue;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = schema.getType(selection.typeCondition?.name.value ?? type.name);
      total += selectionCost(selection.selectionSet, isObjectType(on) ? on : type, path, walk);
      continue;
    }
    const field = type.getFields()[selection.name.value];
    if (field === undefined || selection.selectionSet === undefined) continue;
    const named = concrete(getNamedType(field.type));
    if (named === undefined) continue;
    const own = `${path}/${selection.alias?.value ?? selection.name.value}`;
    const inner = selectionCost(selection.selectionSet, named, own, walk);
    if (named.name.endsWith('Connection')) {
      const first = selection.arguments?.find((argument) => argument.name.value === 'first')?.value;
      const size = walk.sizeOf(own, first === undefined ? undefined : sizeValue(first, walk.variables));
      total += 2 + Math.sqrt(size) * inner;
    } else if (
      named.name.endsWith('Edge') ||
      selection.name.value === 'nodes' ||
      selection.name.value === 'node'
    ) {
      total += named.name.endsWith('Edge') ? inner : 1 + inner;
    } else {
      // A list that is no connection counts as one object, however long.
      total += freeTypes.has(named.name) ? inner : 1 + inner;
    }
  }
  return total;
}

function sizeValue(value: ValueNode, variables: Readonly<Record<string, unknown>>): number {
  if (value.kind === Kind.VARIABLE) return Number(variables[value.name.value] ?? 1);
  return value.kind === Kind.INT ? Number(value.value) : 1;
}

/** An interface or union costs what one of its types costs. */
function concrete(type: ReturnType<typeof getNamedType>): GraphQLObjectType | undefined {
  if (isObjectType(type)) return type;
  return isAbstractType(type) ? schema.getPossibleTypes(type)[0] : undefined;
}

/** The most nodes that any connection at each path has. */
function measure(value: unknown, path: string, sizes: Map<string, number>): void {
  if (Array.isArray(value)) {
    const isNodes = path.endsWith('/nodes') || path.endsWith('/edges');
    const connection = isNodes ? path.slice(0, -6) : path;
    sizes.set(connection, Math.max(sizes.get(connection) ?? 0, value.length));
    for (const each of value) measure(each, path, sizes);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) measure(child, `${path}/${key}`, sizes);
}
