import { errorCatalog } from '../../lib/errors.ts';

/** What connections, variables and their keys report. No message ever holds a value. */
export const secretErrors = errorCatalog({
  CONNECTION_NOT_FOUND: {
    summary: 'No place that connections come from has this one.',
    remedy:
      'Set AIRFLOW_CONN_<ID> or SHOPWAVE_CONN_<ID>, or store it with `shopwave connections add ID --conn-uri URI`.',
    retryable: true,
  },
  CONNECTION_INVALID: {
    summary: 'A connection is neither a URI nor a JSON object as Airflow has them.',
    remedy:
      'Write type://login:password@host:port/schema?extra=value, percent-encoded, or {"conn_type": ...}.',
    retryable: false,
  },
  CONNECTION_EXISTS: {
    summary: 'There is a connection of this id in the control store.',
    remedy: 'Delete it first with `shopwave connections delete ID`.',
    retryable: false,
  },
  CONNECTION_TEST_FAILED: {
    summary: 'What a connection leads to did not answer, or there is no test for its type.',
    remedy: 'Correct host, port, login and password; postgres, http and https can be tested.',
    retryable: true,
  },
  VARIABLE_NOT_FOUND: {
    summary: 'No place that variables come from has this one.',
    remedy:
      'Set AIRFLOW_VAR_<KEY> or SHOPWAVE_VAR_<KEY>, store it with `shopwave variables set KEY VALUE`, or give a default.',
    retryable: true,
  },
  VARIABLE_EXISTS: {
    summary: 'There is a variable of this key in the control store.',
    remedy: 'Import with --action-on-existing-key overwrite or skip.',
    retryable: false,
  },
  VARIABLE_INVALID: {
    summary: 'A variable is not the JSON that was asked for.',
    remedy: 'Correct its value; `shopwave variables set KEY JSON --json` refuses what is no JSON.',
    retryable: false,
  },
  SECRETS_KEY_MISSING: {
    summary: 'A secret is to be stored, or read, and there is no key to encrypt it with.',
    remedy:
      'Set SHOPWAVE_SECRETS_KEYS to id:key, the key 32 bytes in base64, such as `openssl rand -base64 32`, where `shopwave start` runs, and start it again: a running platform encrypts and decrypts for all commands. Without one, set it for the command.',
    retryable: false,
  },
  SECRETS_KEYS_INVALID: {
    summary: 'The keys for stored secrets cannot be read.',
    remedy: 'Write id:key,id:key; each key is 32 bytes in base64. The first encrypts, all of them decrypt.',
    retryable: false,
  },
  SECRET_DAMAGED: {
    summary:
      'A stored secret does not decrypt: its key is not the one it was written with, or it was changed.',
    remedy:
      'Add the key that it was written with to SHOPWAVE_SECRETS_KEYS, behind the first; or store it again.',
    retryable: false,
  },
});
