import {
  getNamedType,
  getNullableType,
  isListType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, FieldNode, OperationDefinitionNode } from 'graphql';
import { messageOf } from '../../lib/errors.ts';
import { schema, validationErrors } from './execute.ts';

/** A query that may run in bulk, or what the API has against it. */
export type BulkQuery =
  | { readonly document: DocumentNode; readonly root: FieldNode }
  | { readonly refused: string };

const mostConnections = 5;
const mostNested = 2;

/** Checks a query for a bulk operation: GraphQL's own rules, then those of bulk operations. */
export function readBulkQuery(text: string): BulkQuery {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    return { refused: `Invalid bulk query: ${messageOf(error)}` };
  }
  const [invalid] = validationErrors(document);
  if (invalid !== undefined) return { refused: `Invalid bulk query: ${invalid.message}` };
  const [operation] = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const [root, second] = operation?.selectionSet.selections ?? [];
  if (root?.kind !== Kind.FIELD || second !== undefined || operation?.operation !== 'query') {
    return { refused: 'Bulk queries must be a query of one top-level field.' };
  }
  if (root.name.value === 'node' || root.name.value === 'nodes') {
    return { refused: 'Bulk queries cannot use the top-level field `node` or `nodes`.' };
  }
  const refused = connectionRule(document);
  return refused === undefined ? { document, root } : { refused };
}

interface Open {
  readonly isConnection: boolean;
  readonly isList: boolean;
}

/** The first rule on connections that the document breaks. */
function connectionRule(document: DocumentNode): string | undefined {
  const info = new TypeInfo(schema);
  const open: Open[] = [];
  const problems: string[] = [];
  let connections = 0;
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter: (node) => {
          const type = info.getType();
          if (type === null || type === undefined) return;
          const isConnection = String(getNamedType(type)).endsWith('Connection');
          const isPart = node.name.value === 'edges' || node.name.value === 'nodes';
          const isList = isListType(getNullableType(type)) && !isPart;
          if (isConnection) {
            connections += 1;
            const depth = open.filter((each) => each.isConnection).length;
            if (open.some((each) => each.isList)) {
              problems.push(
                'Queries that contain a connection field within a list field are not currently supported.',
              );
            }
            if (depth > mostNested) {
              problems.push(
                `Bulk queries cannot contain connections with a nesting depth greater than ${mostNested}.`,
              );
            }
          }
          open.push({ isConnection, isList });
        },
        leave: () => void open.pop(),
      },
      SelectionSet: (node, _key, parent) => {
        const isNodes = isField(parent) && (parent.name.value === 'node' || parent.name.value === 'nodes');
        const fields = node.selections.filter((each): each is FieldNode => each.kind === Kind.FIELD);
        const nested = fields.filter((field) => field.arguments?.some(isPaging) === true || hasNodes(field));
        const hasId = fields.some((field) => field.name.value === 'id' && field.alias === undefined);
        if (isNodes && nested.length > 0 && !hasId) {
          const names = nested.map((field) => field.name.value).join(', ');
          problems.push(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be " +
              `of 'ID' return type. Connection fields without 'id': ${names}.`,
          );
        }
      },
    }),
  );
  if (connections === 0) return 'Bulk queries must contain at least one connection.';
  if (connections > mostConnections) {
    return `Bulk queries cannot contain more than ${mostConnections} connections.`;
  }
  return problems[0];
}

function isField(node: unknown): node is FieldNode {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === Kind.FIELD;
}

function isPaging(argument: { readonly name: { readonly value: string } }): boolean {
  return argument.name.value === 'first' || argument.name.value === 'after';
}

function hasNodes(field: FieldNode): boolean {
  return (
    field.selectionSet?.selections.some(
      (each) => each.kind === Kind.FIELD && (each.name.value === 'edges' || each.name.value === 'nodes'),
    ) === true
  );
}

/** The document that reads one page of the root connection, after a cursor. */
export function pageDocument(document: DocumentNode, root: FieldNode, after: string | null): DocumentNode {
  const paging = parse(
    `{ f(first: 250${after === null ? '' : `, after: ${JSON.stringify(after)}`}) { pageInfo { hasNextPage endCursor } } }`,
  );
  const [operation] = paging.definitions;
  const model =
    operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined;
  if (model?.kind !== Kind.FIELD) throw new TypeError('the page of a bulk operation is no field');
  const kept = (root.arguments ?? []).filter((argument) => !isPaging(argument));
  const field: FieldNode = {
    ...root,
    arguments: [...kept, ...(model.arguments ?? [])],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(root.selectionSet?.selections ?? []), ...(model.selectionSet?.selections ?? [])],
    },
  };
  return visit(document, { Field: (node) => (node === root ? field : undefined) });
}
