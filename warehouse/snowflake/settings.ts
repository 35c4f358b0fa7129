import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { snowflakeErrors } from './errors.ts';

const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_$]*$/, 'expected a name that needs no quotes');
const nameOfNames = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*){0,2}$/,
    'expected schema.name or database.schema.name',
  );
const secret = z.string().min(1);

const auth = z.discriminatedUnion('kind', [
  /** A PEM file with a PKCS #8 key, encrypted or not; read at every login, so that a new key counts at once. */
  z.strictObject({
    kind: z.literal('key-pair'),
    privateKeyPath: z.string().min(1),
    passphrase: secret.optional(),
  }),
  /** What the platform beneath vouches for: the role of an instance, of a task, of a pod. OIDC brings a token. */
  z.strictObject({
    kind: z.literal('workload-identity'),
    provider: z.enum(['AWS', 'AZURE', 'GCP', 'OIDC']),
    token: secret.optional(),
  }),
  /** A programmatic access token. */
  z.strictObject({ kind: z.literal('token'), token: secret }),
]);

/** How the Snowflake warehouse is reached and used. */
export const snowflakeSettings = z.strictObject({
  /** `organisation-account`, or the older `locator.region`. */
  account: z
    .string()
    .regex(/^\w+([.-]\w+)*$/, 'expected organisation-account')
    .refine(
      (account) => !/\.snowflakecomputing\.(com|cn)$/i.test(account),
      'expected organisation-account, without the .snowflakecomputing.com behind it',
    ),
  /** Where the account answers, when not at its own address: a private link, a stand-in for tests. */
  accessUrl: z.url({ protocol: /^https?$/ }).optional(),
  user: z.string().min(1),
  role: name.optional(),
  /** The virtual warehouse that statements run on. */
  warehouse: name,
  database: name,
  auth,
  /** Where files of this machine are put before they are loaded. */
  internalStage: nameOfNames.default('_META.LANDING'),
  /** A stage over the archive's bucket: files below its URL are loaded from where they are. */
  externalStage: z
    .strictObject({
      name: nameOfNames,
      url: z
        .string()
        .regex(/^(s3|s3gov|gcs|azure):\/\/[^?#\s]+$/, 'expected s3://bucket/prefix')
        .transform((url) => url.replace(/\/+$/, '')),
    })
    .optional(),
  /** Sessions at once; what needs one more waits. */
  maxConnections: z.number().int().min(1).max(64).default(8),
  /**
   * The most that one statement may take. Above the five minutes after which Snowflake ends the transaction of a client
   * that died, when it stands in another's way.
   */
  statementTimeoutSec: z.number().int().min(1).max(604_800).default(3_600),
  /** Whether this process wakes the virtual warehouse and puts it to sleep; otherwise that is for somebody else. */
  operateWarehouse: z.boolean().default(true),
  /** Without statements for this long, the virtual warehouse is suspended. */
  suspendAfterIdleMs: z.number().int().min(0).default(30_000),
  /** How often a statement is sent again once the driver, after about a minute of its own attempts, has given up. */
  resubmissions: z.number().int().min(0).max(10).default(1),
});

export type SnowflakeSettings = z.output<typeof snowflakeSettings>;
export type SnowflakeSettingsInput = z.input<typeof snowflakeSettings>;

/** Checks settings as they were configured; an error names the fields, never their values. */
export function parseSnowflakeSettings(input: unknown): SnowflakeSettings {
  const parsed = snowflakeSettings.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(
    (issue) => `${issue.path.length === 0 ? 'the settings' : issue.path.join('.')}: ${issue.message}`,
  );
  throw snowflakeErrors.error('WAREHOUSE_SETTINGS_INVALID', { message: fields.join('; ') });
}

/** The private key as unencrypted PKCS #8 text, as the driver takes it. */
export async function readPrivateKey(path: string, passphrase: string | undefined): Promise<string> {
  const invalid = (field: string, message: string): Error =>
    snowflakeErrors.error('WAREHOUSE_SETTINGS_INVALID', { message: `${field}: ${message}`, where: path });
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw invalid('auth.privateKeyPath', `the key cannot be read (${messageOf(error)})`);
  });
  const isEncrypted = /^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem);
  if (isEncrypted && passphrase === undefined) {
    throw invalid('auth.passphrase', 'the key is encrypted, and there is no passphrase');
  }
  try {
    const key = createPrivateKey({ key: pem, format: 'pem', ...(isEncrypted ? { passphrase } : {}) });
    if (key.asymmetricKeyType !== 'rsa') throw new Error(`it is a key of type ${key.asymmetricKeyType}`);
    return key.export({ format: 'pem', type: 'pkcs8' }).toString();
  } catch (error) {
    throw isEncrypted
      ? invalid('auth.passphrase', 'the key cannot be decrypted with it')
      : invalid('auth.privateKeyPath', `no RSA key in PEM form (${messageOf(error)})`);
  }
}
