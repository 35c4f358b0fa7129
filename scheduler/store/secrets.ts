import type { Knex } from 'knex';
import type { SecretCipher } from '../secrets/cipher.ts';
import { connectionJson } from '../secrets/connection.ts';
import type { Connection } from '../secrets/connection.ts';
import { secretErrors } from '../secrets/errors.ts';
import type { SecretsBackend } from '../secrets/secrets-backend.ts';
import { sensitiveTexts } from '../secrets/sensitive-names.ts';
import { secretsOfVariable } from '../secrets/task-secrets.ts';
import { schedulerSchema } from './migrations.ts';

/** A variable as it is kept. */
export interface StoredVariable {
  readonly key: string;
  readonly value: string;
  readonly description: string | null;
}

interface Row {
  readonly name: string;
  readonly val: string;
  readonly is_encrypted: boolean;
  readonly description: string | null;
}

type Kind = 'connection' | 'variable';

/** Connections and variables that the control store holds, encrypted where there is a key. */
export interface SecretStore extends SecretsBackend {
  readonly listVariables: () => Promise<readonly StoredVariable[]>;
  readonly setVariable: (variable: StoredVariable) => Promise<void>;
  /** Whether it was there. */
  readonly deleteVariable: (key: string) => Promise<boolean>;
  readonly listConnections: () => Promise<readonly string[]>;
  readonly setConnection: (connection: Connection) => Promise<void>;
  readonly deleteConnection: (connId: string) => Promise<boolean>;
}

export function createSecretStore(db: Knex, cipher: SecretCipher | undefined): SecretStore {
  const table = (): Knex.QueryBuilder => db.withSchema(schedulerSchema).from('secret');
  const boundTo = (kind: Kind, name: string): string => `${kind} ${name}`;

  const read = async (kind: Kind, name: string): Promise<string | undefined> => {
    const row = await table().where({ kind, name }).first<Row | undefined>('*');
    return row === undefined ? undefined : plain(kind, row);
  };
  const plain = (kind: Kind, { name, val, is_encrypted: isEncrypted }: Row): string => {
    if (!isEncrypted) return val;
    if (cipher !== undefined) return cipher.decrypt(val, boundTo(kind, name));
    throw keyMissing(boundTo(kind, name));
  };
  const write = async (
    kind: Kind,
    input: { readonly name: string; readonly value: string; readonly description: string | null },
    isSecret: boolean,
  ): Promise<void> => {
    const { name, value, description } = input;
    if (cipher === undefined && isSecret) throw keyMissing(boundTo(kind, name));
    const val = cipher?.encrypt(value, boundTo(kind, name)) ?? value;
    const row = { kind, name, val, is_encrypted: cipher !== undefined, description };
    await db.withSchema(schedulerSchema).into('secret').insert(row).onConflict(['kind', 'name']).merge();
  };
  const remove = async (kind: Kind, name: string): Promise<boolean> =>
    (await table().where({ kind, name }).delete()) > 0;
  const list = async (kind: Kind): Promise<readonly Row[]> =>
    await table().where({ kind }).orderBy('name').select('*');

  return {
    getConnection: async (connId) => await read('connection', connId),
    getVariable: async (key) => await read('variable', key),
    listVariables: async () =>
      (await list('variable')).map((row) => ({
        key: row.name,
        value: plain('variable', row),
        description: row.description,
      })),
    setVariable: async ({ key, value, description }) =>
      await write('variable', { name: key, value, description }, secretsOfVariable(key, value).length > 0),
    deleteVariable: async (key) => await remove('variable', key),
    listConnections: async () => (await list('connection')).map((row) => row.name),
    setConnection: async (connection) => {
      const { connId: name, description, password, extra } = connection;
      const isSecret = password !== null || sensitiveTexts(extra).length > 0;
      await write(
        'connection',
        { name, value: JSON.stringify(connectionJson(connection)), description },
        isSecret,
      );
    },
    deleteConnection: async (connId) => await remove('connection', connId),
  };
}

function keyMissing(where: string): Error {
  return secretErrors.error('SECRETS_KEY_MISSING', { message: 'there is no key for stored secrets', where });
}
