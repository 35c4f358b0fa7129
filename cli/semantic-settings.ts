import path from 'node:path';
import { z } from 'zod';
import { duration } from './duration-setting.ts';
import { invalidSetting, readConfigFile } from './config-file.ts';
import type { PlaceOf } from './config-file.ts';
import { packageRoot } from './config.ts';
import { cliErrors } from './errors.ts';

/** The model that the product ships. */
export const ownModel: string = path.join(packageRoot, 'semantic', 'model');

/** Where the SQL API listens, unless something else is said; PostgreSQL's own port is taken on many machines. */
const sqlDefaults = { host: '127.0.0.1', port: 15_432, maxConnections: 1200 };

const sqlShape = z.strictObject({
  host: z.string().min(1).default(sqlDefaults.host),
  /** 0 takes any that is free. */
  port: z.int().min(0).max(65_535).default(sqlDefaults.port),
  /** Files in PEM. */
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
  /** Whether whoever connects without TLS is refused. */
  requireTls: z.boolean().default(false),
  maxConnections: z.int().min(1).max(20_000).default(sqlDefaults.maxConnections),
});

/** The section `semantic` of shopwave.yml. */
const fileShape = z.strictObject({
  /** The file that says who may see which metrics; without one, everybody on this machine sees all. */
  access: z.string().min(1).optional(),
  /** The folder of the metric model, with cubes/ and views/; without one, the product's own. */
  model: z.string().min(1).optional(),
  /** A statement of a metric query that runs longer is ended; `5m` where it is left out. */
  statementTimeout: duration.optional(),
  /** The SQL API, which BI tools take for PostgreSQL. */
  sql: sqlShape.prefault({}),
});

const defaultTimeoutMs = 300_000;

/** Where and how the SQL API listens; files are absolute. */
export interface SqlSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly isTlsRequired: boolean;
  readonly maxConnections: number;
}

export interface SemanticSettings {
  /** The access file, absolute. */
  readonly access: string | undefined;
  /** The folder of the metric model, absolute. */
  readonly model: string;
  readonly statementTimeoutSec: number;
  readonly sql: SqlSettings;
}

/**
 * How metrics are served here; SHOPWAVE_ACCESS, SHOPWAVE_MODEL and SHOPWAVE_SQL_PORT have the last word. Throws
 * CLI_CONFIG_INVALID with file and line.
 */
export async function readSemanticSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SemanticSettings> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(withPort(file.content['semantic'] ?? {}, env['SHOPWAVE_SQL_PORT']));
  if (!parsed.success) throw invalidSetting(parsed.error, ['semantic'], file.placeOf);
  const access = env['SHOPWAVE_ACCESS'] ?? parsed.data.access;
  const model = env['SHOPWAVE_MODEL'] ?? parsed.data.model ?? ownModel;
  return {
    access: access === undefined ? undefined : path.resolve(access),
    model: path.resolve(model),
    statementTimeoutSec: Math.ceil((parsed.data.statementTimeout ?? defaultTimeoutMs) / 1000),
    sql: sqlSettings(parsed.data.sql, access !== undefined, file.placeOf),
  };
}

function withPort(section: unknown, port: string | undefined): unknown {
  if (port === undefined || typeof section !== 'object') return section;
  const { sql } = z.looseObject({ sql: z.looseObject({}).default({}) }).parse(section);
  return { ...section, sql: { ...sql, port: Number(port) } };
}

/** What can be seen before anybody connects is told now. Throws CLI_CONFIG_INVALID. */
function sqlSettings(
  { host, port, tls, requireTls, maxConnections }: z.infer<typeof sqlShape>,
  hasAccess: boolean,
  placeOf: PlaceOf,
): SqlSettings {
  const refuse = (setting: string, message: string): Error =>
    cliErrors.error('CLI_CONFIG_INVALID', {
      message: `semantic.sql.${setting}: ${message}`,
      where: placeOf(['semantic', 'sql', setting]),
    });
  if (requireTls && tls === undefined)
    throw refuse('require_tls', 'TLS needs a certificate and its key (semantic.sql.tls)');
  if (!hasAccess && !isLoopback(host))
    throw refuse('host', 'other machines are let in only by an access file (semantic.access)');
  const files = tls && { certificate: path.resolve(tls.certificate), key: path.resolve(tls.key) };
  return { host, port, tls: files, isTlsRequired: requireTls, maxConnections };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
