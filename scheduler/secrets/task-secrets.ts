import type { z } from 'zod';
import type * as ConnectionModule from './connection.ts';
import type { Connection } from './connection.ts';
import { secretErrors } from './errors.ts';
import type { SecretsBackend } from './secrets-backend.ts';
import { isSensitive, sensitiveTexts } from './sensitive-names.ts';

/** What a task asks for connections and variables. Secrets among them are masked in all it writes from then on. */
export interface TaskSecrets {
  /** Throws CONNECTION_NOT_FOUND. */
  readonly getConnection: (connId: string) => Promise<Connection>;
  /** Throws VARIABLE_NOT_FOUND, unless there is something else to take. */
  readonly getVariable: (key: string, fallback?: string) => Promise<string>;
  /** A variable that is JSON, checked by a schema. */
  readonly getVariableJson: <Schema extends z.ZodType>(
    key: string,
    schema: Schema,
  ) => Promise<z.infer<Schema>>;
}

/** Reads from a backend for one task. */
export function createTaskSecrets(backend: SecretsBackend): TaskSecrets {
  const getVariable = async (key: string, fallback?: string): Promise<string> => {
    const found = (await backend.getVariable(key)) ?? fallback;
    if (found !== undefined) return found;
    throw secretErrors.error('VARIABLE_NOT_FOUND', { message: `there is no variable ${key}` });
  };
  return {
    getConnection: async (connId) => {
      const found = await backend.getConnection(connId);
      if (found !== undefined) return (await readsConnections()).parseConnection(connId, found);
      throw secretErrors.error('CONNECTION_NOT_FOUND', { message: `there is no connection ${connId}` });
    },
    getVariable,
    getVariableJson: async (key, schema) => {
      const parsed = schema.safeParse(parseJson(key, await getVariable(key)));
      if (parsed.success) return parsed.data;
      const at = parsed.error.issues[0]?.path.join('.') ?? '';
      throw secretErrors.error('VARIABLE_INVALID', { message: `variable ${key} does not fit at "${at}"` });
    },
  };
}

/** Tells of every secret that is read through it. */
export function watchedSecrets(
  backend: SecretsBackend,
  onSecrets: (secrets: readonly string[]) => void,
): SecretsBackend {
  return {
    getConnection: async (connId) => {
      const found = await backend.getConnection(connId);
      if (found !== undefined) onSecrets(await secretsOfConnection(connId, found));
      return found;
    },
    getVariable: async (key) => {
      const found = await backend.getVariable(key);
      if (found !== undefined) onSecrets(secretsOfVariable(key, found));
      return found;
    },
  };
}

/** Only for who asks for one: with it come the schemas, which a task's own process would have to load. */
const readsConnections = (): Promise<typeof ConnectionModule> => import('./connection.ts');

async function secretsOfConnection(connId: string, written: string): Promise<readonly string[]> {
  const { connectionUri, parseConnection } = await readsConnections();
  const connection = parseConnection(connId, written);
  const { password, extra } = connection;
  const secrets = [...(password === null ? [] : [password]), ...sensitiveTexts(extra)];
  return secrets.length === 0 ? [] : [...secrets, written, connectionUri(connection)];
}

/** Of one with a sensitive name all; of another what its JSON has under sensitive names. */
export function secretsOfVariable(key: string, value: string): readonly string[] {
  if (isSensitive(key)) return [value, ...sensitiveTexts(jsonOrText(value), true)];
  return sensitiveTexts(jsonOrText(value));
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function parseJson(key: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw secretErrors.error('VARIABLE_INVALID', { message: `variable ${key} is no JSON` });
  }
}
