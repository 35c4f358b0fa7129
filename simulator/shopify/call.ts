import { parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { messageOf } from '../../lib/errors.ts';
import type { SaasRequest } from '../saas/api.ts';

/** A GraphQL request as it was sent. */
export interface Call {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
  /** The first field asked for at the root. */
  readonly rootField: string;
}

/** Clients send the same few documents again and again. */
const mostKept = 200;
const kept = new Map<string, DocumentNode>();

function parsed(text: string): DocumentNode {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (kept.size >= mostKept) kept.clear();
  const document = parse(text);
  kept.set(text, document);
  return document;
}

/** Reads the body of a request, or says what is wrong with it. */
export function readCall(request: SaasRequest): Call | { readonly problem: string } {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return { problem: 'the body is not JSON' };
  }
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string') {
    return { problem: 'the body has no query' };
  }
  const given = 'variables' in body ? body.variables : undefined;
  const operationName =
    'operationName' in body && typeof body.operationName === 'string' ? body.operationName : undefined;
  try {
    const document = parsed(body.query);
    return {
      document,
      variables: typeof given === 'object' && given !== null ? (given as Call['variables']) : {},
      operationName,
      rootField: rootFieldOf(document),
    };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function rootFieldOf(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    const [field] = definition.selectionSet.selections;
    if (field?.kind === 'Field') return field.name.value;
  }
  return '';
}
