import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong with keys and with what they protect. */
export const privacyErrors = errorCatalog({
  PRIVACY_KEYS_INVALID: {
    summary: 'The keys of tokens and personal data are not written as they must be.',
    remedy:
      'Write id:base64 pairs divided by commas, the active key first: an id of a-z and 0-9, at least 32 random bytes.',
    retryable: false,
  },
  PRIVACY_KEYS_EXPOSED: {
    summary: 'The key file can be read by others than its owner.',
    remedy: 'Run chmod 600 on it. If somebody else could have read it, rotate the keys.',
    retryable: false,
  },
  PRIVACY_KEYS_UNREADABLE: {
    summary: 'The key file can neither be read nor made.',
    remedy: 'Give this user access to the file, or set SHOPWAVE_TOKEN_KEYS.',
    retryable: false,
  },
  PRIVACY_KEY_UNKNOWN: {
    summary: 'A token or a wrapped key names a key that is not there.',
    remedy: 'Add the key of that id again, after the active one; it was retired too early.',
    retryable: false,
  },
  PRIVACY_VALUE_DAMAGED: {
    summary: 'An encrypted value or key is not what was written.',
    remedy: 'Restore the archive object or the control store from a copy.',
    retryable: false,
  },
  PRIVACY_SUBJECT_INVALID: {
    summary: 'A subject is not named as source:id.',
    remedy: 'Write for example shop:4711 or stripe:cus_123.',
    retryable: false,
  },
  PRIVACY_PLAINTEXT_FOUND: {
    summary:
      'Values of the subject stand in plain text where no key can make them unreadable, such as in free text.',
    remedy:
      'Look at the listed places and mend them at the source. --accept-plaintext erases all the same; afterwards nobody can search for them any more.',
    retryable: false,
  },
  PRIVACY_ERASURE_UNPROVEN: {
    summary: 'After the erasure something of the subject can still be read.',
    remedy:
      'Read the listed places. Run the erasure again; if it repeats, a key was copied outside of the control store.',
    retryable: false,
  },
});
