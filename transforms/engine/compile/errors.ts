import { ShopwaveError, errorCatalog } from '../../../lib/errors.ts';

/** Errors of dbt's context: what a template asked for and could not get. */
export const compileErrors = errorCatalog({
  COMPILE_RAISED: {
    summary: 'A macro refused what it was given, by exceptions.raise_compiler_error.',
    remedy: 'Do what the message says; the place is where the macro was called.',
    retryable: false,
  },
  COMPILE_UNKNOWN_NAME: {
    summary: 'A template calls a macro or function that does not exist.',
    remedy:
      'Check the spelling; macros are the files under macros/, built-in ones are in docs/reference/dialect-macros.md.',
    retryable: false,
  },
  COMPILE_VAR_MISSING: {
    summary: 'A template reads a var that nobody has set.',
    remedy: "Set it under vars: in dbt_project.yml or with --vars, or give a default: var('x', 'default').",
    retryable: false,
  },
  COMPILE_ENV_MISSING: {
    summary: 'A template reads an environment variable that is not set.',
    remedy: "Set it, or give a default: env_var('X', 'default').",
    retryable: false,
  },
  COMPILE_SECRET: {
    summary: 'A template reads a secret where secrets must not go.',
    remedy: 'Variables named DBT_ENV_SECRET_... may be read in profiles.yml and hooks only.',
    retryable: false,
  },
  COMPILE_UNDECLARED_REF: {
    summary: 'A template refers to a model that could not be seen when the project was parsed.',
    remedy: "Put a comment `-- depends_on: {{ ref('name') }}` outside of every condition.",
    retryable: false,
  },
  COMPILE_DISPATCH: {
    summary: 'adapter.dispatch found no implementation of a macro.',
    remedy: 'Write the macro as default__name, or for one engine as duckdb__name or snowflake__name.',
    retryable: false,
  },
  COMPILE_NEEDS_WAREHOUSE: {
    summary: 'A template asks the warehouse something, and this rendering has none.',
    remedy: 'Run the command while the platform is up, or guard the call with `{% if execute %}`.',
    retryable: false,
  },
  COMPILE_OUTSIDE: {
    summary: 'A function was called where it has no meaning.',
    remedy: 'See the message for where it has one.',
    retryable: false,
  },
});

/** Whether a rendering ended because it would have had to ask a warehouse, and has none. */
export function needsWarehouse(error: unknown): error is ShopwaveError {
  return error instanceof ShopwaveError && error.code === 'COMPILE_NEEDS_WAREHOUSE';
}
