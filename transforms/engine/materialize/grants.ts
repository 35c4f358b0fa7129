import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { Dialect } from '../dialect/macros.ts';

/** config.grants: roles by privilege, such as `select: [reporter]`. */
export type Grants = Readonly<Record<string, readonly string[]>>;

/**
 * GRANT statements for a published relation, `schema.name`; none on an engine without roles. Who may select also gets
 * usage of the schema, without which the grant is of no use. Grants are added, never revoked.
 */
export function grantStatements(dialect: Dialect, relation: string, grants: Grants): string[] {
  return byDialect[dialect](relation, grants);
}

const byDialect: Readonly<Record<Dialect, (relation: string, grants: Grants) => string[]>> = {
  // The embedded warehouse has one user: who may read it is settled by the semantic layer.
  duckdb: () => [],
  // Privileges stand unquoted: project/config-schema.ts takes known ones only.
  snowflake: (relation, grants) => [
    ...readersIn(grants).map((role) => `grant usage on schema ${schemaOf(relation)} ${toRole(role)}`),
    ...Object.entries(grants).flatMap(([privilege, roles]) =>
      roles.map((role) => `grant ${privilege} on ${relation} ${toRole(role)}`),
    ),
  ],
};

const toRole = (role: string): string => `to role ${quoteIdentifier(role)}`;

function readersIn(grants: Grants): string[] {
  const ofSelect = Object.entries(grants).filter(([privilege]) => privilege.toLowerCase() === 'select');
  return [...new Set(ofSelect.flatMap(([, roles]) => roles))];
}

function schemaOf(relation: string): string {
  return relation.slice(0, relation.lastIndexOf('.'));
}
