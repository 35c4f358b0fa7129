import { z } from 'zod';
import { secretErrors } from './errors.ts';

/** How to reach something; Airflow's fields. */
export interface Connection {
  readonly connId: string;
  readonly connType: string;
  readonly description: string | null;
  readonly host: string | null;
  readonly login: string | null;
  readonly password: string | null;
  readonly port: number | null;
  readonly schema: string | null;
  /** What is particular to its type. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const text = z.string().nullish();
const jsonShape = z.strictObject({
  conn_type: z.string().min(1),
  description: text,
  host: text,
  login: text,
  password: text,
  port: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
  schema: text,
  extra: z.union([z.record(z.string(), z.unknown()), z.string()]).nullish(),
});

/** Reads a connection as Airflow writes it: a URI, or a JSON object. Throws CONNECTION_INVALID without its text. */
export function parseConnection(connId: string, written: string): Connection {
  return written.trimStart().startsWith('{') ? fromJson(connId, written) : fromUri(connId, written.trim());
}

function fromJson(connId: string, written: string): Connection {
  const parsed = jsonShape.safeParse(parseJson(connId, written));
  if (!parsed.success) {
    const { path = [], code } = parsed.error.issues[0] ?? {};
    throw invalid(connId, `${path.join('.') || 'the object'} is wrong (${code})`);
  }
  const { conn_type: connType, extra, description, host, login, password, port, schema } = parsed.data;
  return {
    connId,
    connType: normalType(connType),
    description: description ?? null,
    host: host ?? null,
    login: login ?? null,
    password: password ?? null,
    port: port ?? null,
    schema: schema ?? null,
    extra: typeof extra === 'string' ? extraOf(connId, extra) : (extra ?? {}),
  };
}

/** `type://login:password@host:port/schema?query`; `type://protocol://host` for a host with a protocol. */
const uriShape =
  /^([a-z][\w+.-]*):\/\/(?:([a-z][\w+.-]*):\/\/)?(?:([^@/?#]*)@)?([^:/?#]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?(.*))?$/i;

function fromUri(connId: string, uri: string): Connection {
  const match = uriShape.exec(uri);
  if (match === null) throw invalid(connId, 'it is no URI');
  const [, type = '', protocol, user, host = '', port = '', schema, query = ''] = match;
  const [login, password] = splitOnce(user ?? '', ':');
  try {
    const name = decoded(host);
    return {
      connId,
      connType: normalType(type),
      description: null,
      host: name !== null && protocol !== undefined ? `${protocol}://${name}` : name,
      login: decoded(login),
      password: password === undefined ? null : decodeURIComponent(password),
      port: port === '' ? null : Number(port),
      schema: decoded(schema ?? ''),
      extra: queryOf(connId, query),
    };
  } catch (error) {
    if (error instanceof URIError) throw invalid(connId, 'a percent sign is not followed by two digits');
    throw error;
  }
}

function queryOf(connId: string, query: string): Readonly<Record<string, unknown>> {
  const values = Object.fromEntries(new URLSearchParams(query));
  return values['__extra__'] === undefined ? values : extraOf(connId, values['__extra__']);
}

function extraOf(connId: string, written: string): Readonly<Record<string, unknown>> {
  if (written === '') return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(connId, written));
  if (parsed.success) return parsed.data;
  throw invalid(connId, 'extra is no JSON object');
}

/** The connection as a URI; `parseConnection` reads the same again. */
export function connectionUri(connection: Connection): string {
  const { connType, login, password, host, port, schema, extra } = connection;
  const [, protocol, bare] = /^([a-z][\w+.-]*):\/\/(.*)$/i.exec(host ?? '') ?? [
    undefined,
    undefined,
    host ?? '',
  ];
  const user = `${encodeURIComponent(login ?? '')}${password === null ? '' : `:${encodeURIComponent(password)}`}`;
  const isPlain = Object.entries(extra).every(
    ([name, value]) => typeof value === 'string' && name !== '__extra__',
  );
  const query = isPlain
    ? new URLSearchParams(extra as Readonly<Record<string, string>>).toString()
    : new URLSearchParams({ __extra__: JSON.stringify(extra) }).toString();
  return [
    `${connType.replaceAll('_', '-')}://`,
    protocol === undefined ? '' : `${protocol}://`,
    user === '' ? '' : `${user}@`,
    encodeURIComponent(bare ?? ''),
    port === null ? '' : `:${port}`,
    schema === null ? '' : `/${encodeURIComponent(schema)}`,
    query === '' ? '' : `?${query}`,
  ].join('');
}

/** The connection as Airflow's JSON. */
export function connectionJson(connection: Connection): Readonly<Record<string, unknown>> {
  const { connType, description, host, login, password, port, schema, extra } = connection;
  return { conn_type: connType, description, host, login, password, port, schema, extra };
}

/** A URI cannot have an underscore in its scheme; and `postgresql` is what others call `postgres`. */
function normalType(type: string): string {
  return type === 'postgresql' ? 'postgres' : type.replaceAll('-', '_');
}

function decoded(part: string): string | null {
  return part === '' ? null : decodeURIComponent(part);
}

function splitOnce(whole: string, separator: string): readonly [string, string | undefined] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)];
}

function parseJson(connId: string, written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    // What the parser says quotes the text.
    throw invalid(connId, 'it is no JSON');
  }
}

function invalid(connId: string, message: string): Error {
  return secretErrors.error('CONNECTION_INVALID', { message, where: `connection ${connId}` });
}
