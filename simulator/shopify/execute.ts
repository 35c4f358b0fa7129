import { readFileSync } from 'node:fs';
import { buildSchema, execute, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { ShopifyContext } from './context.ts';
import { rootValue } from './root.ts';

const parts = ['values', 'orders', 'root'].map((name) => new URL(`schema-${name}.graphql`, import.meta.url));

/** The part of the Admin API that is simulated. */
export const schema: GraphQLSchema = buildSchema(parts.map((part) => readFileSync(part, 'utf8')).join('\n'));

interface Invalid {
  readonly message: string;
  readonly code: string;
}

/** Validating a large document takes longer than answering it. */
const validated = new WeakMap<DocumentNode, readonly Invalid[]>();

/** Errors of a document against the schema, with the code that the API gives them. */
export function validationErrors(document: DocumentNode): readonly Invalid[] {
  const known = validated.get(document);
  if (known !== undefined) return known;
  const errors = validate(schema, document).map(({ message }) => ({ message, code: codeOf(message) }));
  validated.set(document, errors);
  return errors;
}

function codeOf(message: string): string {
  if (message.startsWith('Cannot query field')) return 'undefinedField';
  return message.startsWith('Unknown argument') ? 'argumentNotAccepted' : 'invalid';
}

/** Runs a valid document. */
export async function executeDocument(
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  operationName: string | undefined,
  context: ShopifyContext,
): Promise<ExecutionResult> {
  return await execute({
    schema,
    document,
    rootValue,
    contextValue: context,
    variableValues,
    operationName: operationName ?? null,
  });
}
