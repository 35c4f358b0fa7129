import { z } from 'zod';

/** Snowflake resolves unquoted names in upper case; ours need no quotes. */
const identifier = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,60}$/, 'a letter, then letters, digits and underscores')
  .transform((name) => name.toUpperCase());

const roleArn = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'arn:aws:iam::ACCOUNT:role/NAME');

/** How a service user logs in; at least one of them, or the user is left out. */
const login = z.object({
  /** Body of a PEM file with the public key; see publicKeyBody. */
  publicKey: z.base64().min(1).optional(),
  /** The AWS role that the process runs under: no key at all. */
  workloadArn: roleArn.optional(),
});

/** What an account is set up with. Everything but the archive and the users has a default. */
export const setupSettings = z.object({
  database: identifier.default('SHOPWAVE'),
  /** Before the names of roles, warehouses and whatever else all of the account shares. */
  prefix: identifier.default('SHOPWAVE'),
  /** Tags and masking policies need enterprise, as does time travel over more than a day. */
  edition: z.enum(['standard', 'enterprise']).default('enterprise'),
  /** Credits a month of all warehouses together; the monitors' quotas are shares of it. */
  monthlyCredits: z.int().min(10).default(600),
  archive: z
    .object({
      url: z
        .string()
        .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(\/[\w!.*()/=-]*)?$/, 's3://bucket/prefix')
        .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
      roleArn,
    })
    .optional(),
  pipeline: login.default({}),
  semantic: login.default({}),
  /** Addresses from which the service users may log in; none: from anywhere. */
  allowedIps: z.array(z.union([z.cidrv4(), z.ipv4()])).default([]),
});

export type SetupSettings = z.output<typeof setupSettings>;
