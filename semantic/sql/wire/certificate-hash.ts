import { createHash } from 'node:crypto';

/** The hashes that certificates are signed with, by the DER of their signature algorithm. */
const algorithms: Readonly<Record<string, string>> = {
  // RSA (PKCS #1) with MD5 and SHA-1, for which RFC 5929 says SHA-256; with SHA-256, 384 and 512.
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  // ECDSA with SHA-1, 256, 384 and 512.
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/**
 * What `tls-server-end-point` binds to (RFC 5929): the hash of a certificate by its own signature's algorithm. Undefined
 * for a signature that names none, such as Ed25519.
 */
export function certificateHash(der: Buffer): Buffer | undefined {
  const outer = element(der, 0);
  const toBeSigned = outer && element(der, outer.from);
  const algorithm = toBeSigned && element(der, toBeSigned.end);
  const id = algorithm && element(der, algorithm.from);
  const hash = id && algorithms[der.subarray(id.from, id.end).toString('hex')];
  return hash === undefined ? undefined : createHash(hash).update(der).digest();
}

/** Where the content of the DER element at a place lies. */
function element(der: Buffer, at: number): { readonly from: number; readonly end: number } | undefined {
  const first = der[at + 1];
  if (first === undefined) return undefined;
  const lengthBytes = first < 128 ? 0 : first - 128;
  const from = at + 2 + lengthBytes;
  if (from > der.length || lengthBytes > 4) return undefined;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  return from + length > der.length ? undefined : { from, end: from + length };
}
