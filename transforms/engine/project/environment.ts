import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import { own } from './yaml.ts';

/** Where a project is compiled for: one output of the profile. */
export interface Target {
  readonly name: string;
  readonly profile: string;
  readonly type: 'duckdb' | 'snowflake';
  readonly schema: string;
  readonly database: string;
  readonly threads: number;
  /** The output's other settings that templates may read; never a secret. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What templates of a project can read besides the project itself. */
export interface Environment {
  readonly projectName: string;
  readonly target: Target;
  /** Of dbt_project.yml, those of the command line on top. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of what is accepted without effect, and of what templates log as a warning. */
  readonly onWarning: (message: string) => void;
}

/**
 * What hash_key() hashes before the parts, as SQL: nothing, or the variable hash_salt. Changing it and building anew
 * cures a collision of two keys.
 */
export function hashSalt({ vars }: Pick<Environment, 'vars'>): readonly string[] {
  const salt = own(vars, 'hash_salt');
  return typeof salt !== 'string' || salt === '' ? [] : [quoteLiteral(salt)];
}
