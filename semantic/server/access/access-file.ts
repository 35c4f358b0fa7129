import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readYaml } from '../../../lib/yaml-places.ts';
import { semanticErrors } from '../../errors.ts';
import { defaultConcurrency, mostRows } from './caller.ts';
import { isSecretHash } from './secret-hash.ts';
import { isSqlSecret } from './sql-secret.ts';

const name = z.string().regex(/^\w[\w.@-]*$/);
/** `*`, a view or a member. */
const seen = z.string().regex(/^(?:\*|\w+(?:\.\w+)?)$/, 'expected *, a view or view.member');
const hidden = z.string().regex(/^\w+(?:\.\w+)?$/, 'expected a view or view.member');
const values = z.array(z.string().min(1)).min(1);

const role = z.strictObject({
  sees: z.array(seen).min(1),
  hides: z.array(hidden).default([]),
  /** Dimension to the values themselves, or to the name under which a user has them. */
  rows: z.record(z.string().regex(/^\w+$/), z.union([values, z.strictObject({ from: name })])).default({}),
});

const limits = z.strictObject({
  concurrent_queries: z.int().min(1).max(1000).default(defaultConcurrency),
  rows: z.int().min(1).max(mostRows).default(mostRows),
});

const group = z.strictObject({
  roles: z.array(name).min(1),
  limits: limits.optional(),
});

const user = z.strictObject({
  secret: z.string().refine(isSecretHash, 'expected a hash as `shopwave access hash` makes it'),
  /** For SCRAM over the Postgres wire. */
  sql_secret: z
    .string()
    .refine(isSqlSecret, 'expected a verifier as `shopwave access hash` or PostgreSQL makes it')
    .optional(),
  groups: z.array(name).min(1),
  values: z.record(name, values).default({}),
  /** Users in whose place this one may ask over the Postgres wire. */
  acts_for: z.array(z.union([z.literal('*'), name])).default([]),
});

const keys = z.union(
  [
    z.strictObject({ jwks_url: z.url({ protocol: /^https?$/ }) }),
    z.strictObject({ jwks_file: z.string().min(1) }),
    z.strictObject({ secret_file: z.string().min(1) }),
  ],
  'expected one of jwks_url, jwks_file and secret_file',
);

const tokens = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  keys,
  /** Claims that hold the names of groups, and the values by which rows are limited. */
  groups_claim: z.string().min(1).default('groups'),
  values_claim: z.string().min(1).default('values'),
});

const accessFile = z.strictObject({
  roles: z.record(name, role),
  groups: z.record(name, group),
  users: z.record(name, user).default({}),
  tokens: tokens.optional(),
});

/** What the access file says, checked. */
export interface AccessRules extends z.infer<typeof accessFile> {
  /** Of the content: changes with every change. */
  readonly version: string;
}
export type GroupRules = z.infer<typeof group>;
export type UserRules = z.infer<typeof user>;
export type TokenRules = z.infer<typeof tokens>;

/** Reads an access file's text. Throws SEMANTIC_ACCESS_INVALID with file and line; a secret is never part of it. */
export function parseAccess(text: string, file: string): AccessRules {
  const { value, problems, placeOf } = readYaml(text);
  const place = (at: readonly PropertyKey[]): string => {
    const found = placeOf(at);
    return found === undefined ? file : `${file}:${found.line}`;
  };
  const [broken] = problems;
  // The parser's words quote the line, which may hold a hash.
  if (broken !== undefined) throw invalid(`it is no YAML (${broken.code})`, `${file}:${broken.line}`);
  const parsed = accessFile.safeParse(value ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path ?? [];
    throw invalid(`${at.map(String).join('.')}: ${issue?.message ?? 'it is wrong'}`, place(at));
  }
  const stray = unknownName(parsed.data);
  if (stray !== undefined) throw invalid(`${stray.at.join('.')}: no such ${stray.kind}`, place(stray.at));
  return { ...parsed.data, version: createHash('sha256').update(text).digest('base64url') };
}

function invalid(message: string, where: string): Error {
  return semanticErrors.error('SEMANTIC_ACCESS_INVALID', { message, where });
}

interface UnknownName {
  readonly at: readonly (string | number)[];
  readonly kind: 'role' | 'group' | 'user';
}

function unknownName({ roles, groups, users }: z.infer<typeof accessFile>): UnknownName | undefined {
  for (const [id, { roles: named }] of Object.entries(groups)) {
    const at = named.findIndex((each) => !Object.hasOwn(roles, each));
    if (at >= 0) return { at: ['groups', id, 'roles', at], kind: 'role' };
  }
  for (const [id, { groups: named, acts_for: others }] of Object.entries(users)) {
    const at = named.findIndex((each) => !Object.hasOwn(groups, each));
    if (at >= 0) return { at: ['users', id, 'groups', at], kind: 'group' };
    const other = others.findIndex((each) => each !== '*' && !Object.hasOwn(users, each));
    if (other >= 0) return { at: ['users', id, 'acts_for', other], kind: 'user' };
  }
  return undefined;
}
