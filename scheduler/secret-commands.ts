import { parseConnection } from './secrets/connection.ts';
import type { Connection } from './secrets/connection.ts';
import { secretErrors } from './secrets/errors.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import type { SecretStore, StoredVariable } from './store/secrets.ts';

/** What people ask about connections and variables. */
export interface SecretCommands {
  /** Those in the control store. */
  readonly listVariables: () => Promise<readonly StoredVariable[]>;
  /** From wherever tasks would get it. Throws VARIABLE_NOT_FOUND. */
  readonly getVariable: (key: string) => Promise<string>;
  readonly setVariable: (variable: StoredVariable) => Promise<void>;
  /** Only says that it could be, where nothing is to be changed. Throws VARIABLE_NOT_FOUND. */
  readonly deleteVariable: (key: string, options?: { readonly dryRun?: boolean }) => Promise<void>;
  readonly listConnections: () => Promise<readonly Connection[]>;
  /** From wherever tasks would get it. Throws CONNECTION_NOT_FOUND. */
  readonly getConnection: (connId: string) => Promise<Connection>;
  /** Throws CONNECTION_EXISTS, unless it may be replaced. */
  readonly addConnection: (
    connection: Connection,
    options?: { readonly overwrite?: boolean },
  ) => Promise<void>;
  readonly deleteConnection: (connId: string, options?: { readonly dryRun?: boolean }) => Promise<void>;
}

/** Builds the commands over the store; what is read comes from all backends, as for tasks. */
export function createSecretCommands({
  secrets,
  secretStore: store,
}: {
  readonly secrets: SecretsBackend;
  readonly secretStore: SecretStore;
}): SecretCommands {
  const missingVariable = (key: string): Error =>
    secretErrors.error('VARIABLE_NOT_FOUND', { message: `there is no variable ${key}` });
  const missingConnection = (connId: string): Error =>
    secretErrors.error('CONNECTION_NOT_FOUND', { message: `there is no connection ${connId}` });
  const readConnection = async (backend: SecretsBackend, connId: string): Promise<Connection> => {
    const found = await backend.getConnection(connId);
    if (found !== undefined) return parseConnection(connId, found);
    throw missingConnection(connId);
  };
  return {
    listVariables: async () => await store.listVariables(),
    getVariable: async (key) => {
      const found = await secrets.getVariable(key);
      if (found !== undefined) return found;
      throw missingVariable(key);
    },
    setVariable: async (variable) => await store.setVariable(variable),
    deleteVariable: async (key, { dryRun = false } = {}) => {
      const all = await store.listVariables();
      if (!all.some((each) => each.key === key)) throw missingVariable(key);
      if (!dryRun) await store.deleteVariable(key);
    },
    listConnections: async () => {
      const ids = await store.listConnections();
      return await Promise.all(ids.map((id) => readConnection(store, id)));
    },
    getConnection: async (connId) => await readConnection(secrets, connId),
    addConnection: async (connection, { overwrite = false } = {}) => {
      const { connId } = connection;
      if (!overwrite && (await store.listConnections()).includes(connId)) {
        throw secretErrors.error('CONNECTION_EXISTS', { message: `there is a connection ${connId}` });
      }
      await store.setConnection(connection);
    },
    deleteConnection: async (connId, { dryRun = false } = {}) => {
      if (!(await store.listConnections()).includes(connId)) throw missingConnection(connId);
      if (!dryRun) await store.deleteConnection(connId);
    },
  };
}
