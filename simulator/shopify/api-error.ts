import { GraphQLError } from 'graphql';

/** An error of the API: thrown by a resolver it makes its field null, and stands in the answer's `errors`. */
export function apiError(
  message: string,
  code: string,
  more: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, null, null, null, null, null, { code, ...more });
}
