import { createHash, createPublicKey } from 'node:crypto';
import { messageOf } from '../../../lib/errors.ts';
import { setupErrors } from './errors.ts';

/** The body of a PEM public key, as Snowflake wants it: base64 on one line. Refuses a private key, from which Node would make one. */
export function publicKeyBody(pem: string, where: string): string {
  if (/PRIVATE KEY/.test(pem)) {
    throw setupErrors.error('WAREHOUSE_SETUP_PRIVATE_KEY', {
      message: 'the file holds a private key',
      where,
    });
  }
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'rsa')
      return key.export({ type: 'spki', format: 'der' }).toString('base64');
  } catch (cause) {
    throw setupErrors.error('WAREHOUSE_SETUP_INVALID', {
      message: `the file is no public key in PEM form: ${messageOf(cause)}`,
      where,
    });
  }
  throw setupErrors.error('WAREHOUSE_SETUP_INVALID', { message: 'the public key is not of RSA', where });
}

/** What DESCRIBE USER shows of a key. */
export function fingerprint(body: string): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(body, 'base64')).digest('base64')}`;
}
