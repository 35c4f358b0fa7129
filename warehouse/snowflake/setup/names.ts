import type { SetupSettings } from './settings.ts';

export const roleNames = ['LOADER', 'TRANSFORMER', 'PIPELINE', 'SEMANTIC', 'ANALYST', 'ADMIN'] as const;
export type RoleName = (typeof roleNames)[number];

/** Makes the names that an account knows things by from the plan's own short ones. */
export interface Names {
  readonly database: string;
  /** A role, warehouse, monitor, integration, policy or user: one name in all of the account. */
  readonly shared: (name: string) => string;
  readonly role: (name: RoleName) => string;
  readonly schema: (name: string) => string;
  readonly meta: (name: string) => string;
}

export function namesOf({ database, prefix }: Pick<SetupSettings, 'database' | 'prefix'>): Names {
  const shared = (name: string): string => `${prefix}_${name}`;
  const schema = (name: string): string => `${database}.${name}`;
  return { database, shared, role: shared, schema, meta: (name) => `${schema('_META')}.${name}` };
}
