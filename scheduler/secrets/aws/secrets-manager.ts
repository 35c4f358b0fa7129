import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretsBackend } from '../secrets-backend.ts';
import { withConnectionWords } from './connection-words.ts';
import { secretsManagerErrors, typedSecretsManagerError } from './errors.ts';

/** Which secrets it may ask for; Airflow's naming. */
interface SecretNames {
  /** A secret's name is `prefix/id`; null: it has none of these and is never asked. */
  readonly connectionsPrefix: string | null;
  readonly variablesPrefix: string | null;
  /** Between prefix and id. */
  readonly separator: string;
  /** Regular expressions that an id must begin with, so that others cost no request. */
  readonly connectionsLookupPattern?: string | undefined;
  readonly variablesLookupPattern?: string | undefined;
}

export interface SecretsManagerOptions extends SecretNames {
  /** From AWS_REGION or the profile unless given. */
  readonly region?: string | undefined;
  /** Another service than Amazon's, or a private endpoint of theirs. */
  readonly endpoint?: string | undefined;
  /** Of one question with all its tries. */
  readonly timeoutMs: number;
}

/** Connections and variables that AWS Secrets Manager holds. */
export interface SecretsManagerBackend extends SecretsBackend {
  /** Ends connections that are kept open. */
  readonly close: () => void;
}

/** Nothing is sent yet. Credentials come from the SDK's own chain alone: they are no option, so that none can be logged. */
export function openSecretsManager(options: SecretsManagerOptions): SecretsManagerBackend {
  const { region, endpoint, timeoutMs } = options;
  const client = new SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 4,
  });
  const ask = async (secretId: string): Promise<string | undefined> => {
    try {
      const question = new GetSecretValueCommand({ SecretId: secretId });
      const answer = await client.send(question, { abortSignal: AbortSignal.timeout(timeoutMs) });
      return textOf(secretId, answer.SecretString);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw typedSecretsManagerError(error, `secret ${secretId}`);
    }
  };
  const connectionName = naming(options.connectionsPrefix, options.connectionsLookupPattern, options);
  const variableName = naming(options.variablesPrefix, options.variablesLookupPattern, options);
  return {
    getConnection: async (connId) => {
      const name = connectionName(connId);
      const secret = name === undefined ? undefined : await ask(name);
      return secret === undefined ? undefined : withConnectionWords(secret);
    },
    getVariable: async (key) => {
      const name = variableName(key);
      return name === undefined ? undefined : await ask(name);
    },
    close: () => client.destroy(),
  };
}

/** The name of the secret for an id; undefined where it is not asked for. */
function naming(
  prefix: string | null,
  pattern: string | undefined,
  { separator }: SecretNames,
): (id: string) => string | undefined {
  if (prefix === null) return () => undefined;
  // Airflow's match begins at the start, and takes no notice of case.
  const matching = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})`, 'i');
  return (id) => {
    if (matching?.test(id) === false) return undefined;
    return prefix === '' ? id : `${prefix}${separator}${id}`;
  };
}

function textOf(secretId: string, text: string | undefined): string {
  if (text !== undefined) return text;
  const message = 'the secret is binary';
  throw secretsManagerErrors.error('SECRETS_MANAGER_BINARY', { message, where: `secret ${secretId}` });
}
