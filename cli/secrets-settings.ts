import { z } from 'zod';
import { duration } from './duration-setting.ts';

/** A regular expression that is one. */
const pattern = z.string().refine(isPattern, { error: 'it is no regular expression' });

/** Where connections and variables come from before the environment and the control store. */
export const secretsShape = z.strictObject({
  backend: z.enum(['aws_secrets_manager']),
  /** The secret of a connection is `prefix/ID`; null: there are none. */
  connectionsPrefix: z.string().nullable().default('shopwave/connections'),
  variablesPrefix: z.string().nullable().default('shopwave/variables'),
  separator: z.string().min(1).default('/'),
  /** Only ids that begin so are asked for. */
  connectionsLookupPattern: pattern.optional(),
  variablesLookupPattern: pattern.optional(),
  region: z.string().min(1).optional(),
  endpoint: z.url().optional(),
  /** How long an answer is remembered, also that there is no such secret. */
  cache: duration.prefault('1m'),
  timeout: duration.prefault('10s'),
});

export type SecretsSettings = z.infer<typeof secretsShape>;

/** Settings that the environment has the last word on. */
const variables: Readonly<Record<string, keyof SecretsSettings>> = {
  SHOPWAVE_SECRETS_BACKEND: 'backend',
  SHOPWAVE_SECRETS_CONNECTIONS_PREFIX: 'connectionsPrefix',
  SHOPWAVE_SECRETS_VARIABLES_PREFIX: 'variablesPrefix',
  SHOPWAVE_SECRETS_REGION: 'region',
  SHOPWAVE_SECRETS_CACHE: 'cache',
};

/** What the environment says of them. */
export function secretsSaidBy(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const said = Object.entries(variables).map(
    ([variable, setting]) => [setting, env[variable] ?? ''] as const,
  );
  return Object.fromEntries(said.filter(([, value]) => value !== ''));
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
