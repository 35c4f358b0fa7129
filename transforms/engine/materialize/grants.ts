import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { Dialect } from '../dialect/macros.ts';

/** config.grants: roles by privilege, such as `select: [reporter]`. */
export type Grants = Readonly<Record<string, readonly string[]>>;

/** GRANT statements for a published relation; none on an engine without roles. Grants are added, never revoked. */
export function grantStatements(dialect: Dialect, relation: string, grants: Grants): string[] {
  return byDialect[dialect](relation, grants);
}

const byDialect: Readonly<Record<Dialect, (relation: string, grants: Grants) => string[]>> = {
  // The embedded warehouse has one user: who may read it is settled by the semantic layer.
  duckdb: () => [],
  snowflake: (relation, grants) =>
    Object.entries(grants).flatMap(([privilege, roles]) =>
      roles.map(
        (role) => `grant ${mustBePrivilege(privilege)} on ${relation} to role ${quoteIdentifier(role)}`,
      ),
    ),
};

/** A privilege stands unquoted in the statement. */
function mustBePrivilege(privilege: string): string {
  if (/^[a-z]+( [a-z]+)*$/i.test(privilege)) return privilege;
  throw new Error(`"${privilege}" is no privilege`);
}
