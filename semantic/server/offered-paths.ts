import type express from 'express';
import { semanticErrors } from '../errors.ts';
import { queryErrorText } from './query-errors.ts';

/** What is served of Cube's gateway, below its prefix, as express reads paths: in either case, with a slash at the end or without. */
const offered = /^\/(?:v1\/(?:load|subscribe|sql|dry-run|meta)|graphql)\/?$/i;
const sqlApi = /^\/v1\/(?:cubesql|convert-query)\/?$/i;

/**
 * Default deny: Cube's gateway has paths for its own tools, too, one of which ends the process when it is sent something
 * else than it expects.
 */
export const onlyOffered: express.RequestHandler = ({ path }, response, next) => {
  if (offered.test(path)) return next();
  // Cube would answer that the SQL interface has to be enabled in the settings, where it cannot be.
  if (sqlApi.test(path)) return refuseSqlApi(response);
  response.status(404).json({ error: 'there is nothing here' });
};

function refuseSqlApi(response: express.Response): void {
  const error = semanticErrors.error('SEMANTIC_NATIVE_MISSING', {
    message: 'the SQL API is not served here',
  });
  response.status(501).json({ error: queryErrorText(error) });
}
