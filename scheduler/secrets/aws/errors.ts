import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { errorCatalog, ShopwaveError } from '../../../lib/errors.ts';

/** What can go wrong between the scheduler and AWS Secrets Manager. No message ever holds a value. */
export const secretsManagerErrors = errorCatalog({
  SECRETS_MANAGER_DENIED: {
    summary: 'AWS Secrets Manager refused a secret for want of rights.',
    remedy:
      'Give this role secretsmanager:GetSecretValue on the secrets under its prefixes, and kms:Decrypt on the key they are encrypted with.',
    retryable: false,
  },
  SECRETS_MANAGER_NO_CREDENTIALS: {
    summary: 'No AWS credentials were found, or they have expired.',
    remedy:
      'Give the process a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; they are read nowhere else.',
    retryable: false,
  },
  SECRETS_MANAGER_NO_REGION: {
    summary: 'It is not known in which region the secrets are.',
    remedy: 'Set scheduler.secrets.region in shopwave.yml, or AWS_REGION.',
    retryable: false,
  },
  SECRETS_MANAGER_THROTTLED: {
    summary: 'AWS Secrets Manager asked to slow down, and went on to do so.',
    remedy:
      'Nothing to do: a task with retries is tried again. If it stays, set scheduler.secrets.cache higher.',
    retryable: true,
  },
  SECRETS_MANAGER_UNREACHABLE: {
    summary: 'AWS Secrets Manager could not be reached, or did not answer in time.',
    remedy: 'A task with retries is tried again. If it stays, look at network, region and VPC endpoint.',
    retryable: true,
  },
  SECRETS_MANAGER_FAILED: {
    summary: 'AWS Secrets Manager failed on its side.',
    remedy: 'A task with retries is tried again.',
    retryable: true,
  },
  SECRETS_MANAGER_REFUSED: {
    summary: 'AWS Secrets Manager has the secret and does not give it, or refused the request as wrong.',
    remedy: 'Read the message; a secret that is marked for deletion can be restored.',
    retryable: false,
  },
  SECRETS_MANAGER_BINARY: {
    summary: 'A secret is binary; connections and variables are texts.',
    remedy: 'Store it as a text: `aws secretsmanager put-secret-value --secret-string`.',
    retryable: false,
  },
});

type Code = keyof typeof secretsManagerErrors.kinds;

/** By the service's own name, and by the names that the SDK gives what never got an answer. */
const byName: Readonly<Record<string, Code>> = {
  AccessDeniedException: 'SECRETS_MANAGER_DENIED',
  DecryptionFailure: 'SECRETS_MANAGER_DENIED',
  UnrecognizedClientException: 'SECRETS_MANAGER_NO_CREDENTIALS',
  InvalidSignatureException: 'SECRETS_MANAGER_NO_CREDENTIALS',
  IncompleteSignatureException: 'SECRETS_MANAGER_NO_CREDENTIALS',
  MissingAuthenticationTokenException: 'SECRETS_MANAGER_NO_CREDENTIALS',
  ExpiredTokenException: 'SECRETS_MANAGER_NO_CREDENTIALS',
  CredentialsProviderError: 'SECRETS_MANAGER_NO_CREDENTIALS',
  TokenProviderError: 'SECRETS_MANAGER_NO_CREDENTIALS',
  ThrottlingException: 'SECRETS_MANAGER_THROTTLED',
  TooManyRequestsException: 'SECRETS_MANAGER_THROTTLED',
  RequestLimitExceeded: 'SECRETS_MANAGER_THROTTLED',
  // An answer that is no JSON.
  SyntaxError: 'SECRETS_MANAGER_FAILED',
};

/** Gives whatever the SDK throws its stable code. Its cause is left out: an answer that it could not read may be in it. */
export function typedSecretsManagerError(error: unknown, where: string): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  const name = error instanceof Error ? error.name : 'Error';
  // What the service says names the secret and whoever asked; what a parser says quotes its text.
  const told = error instanceof SecretsManagerServiceException ? `: ${error.message}` : '';
  return secretsManagerErrors.error(codeOf(error, name), { message: `${name}${told}`, where });
}

function codeOf(error: unknown, name: string): Code {
  const named = byName[name];
  if (named !== undefined) return named;
  if (error instanceof Error && error.message === 'Region is missing') return 'SECRETS_MANAGER_NO_REGION';
  if (!(error instanceof SecretsManagerServiceException)) return 'SECRETS_MANAGER_UNREACHABLE';
  const { httpStatusCode: status = 500 } = error.$metadata;
  if (status === 429) return 'SECRETS_MANAGER_THROTTLED';
  return status >= 500 ? 'SECRETS_MANAGER_FAILED' : 'SECRETS_MANAGER_REFUSED';
}
