import { ByteReader } from './byte-reader.ts';
import { FatalError, protocolViolation } from './fatal-error.ts';

/** The first packets of a connection. */
export type StartupPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gssapi' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly key: Buffer }
  | StartupRequest;

export interface StartupRequest {
  readonly kind: 'startup';
  /** Of protocol 3. */
  readonly minor: number;
  /** By name as sent; names of protocol options begin with `_pq_.`. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The newest protocol spoken here. */
export const newestMinor = 2;

const requestMajor = 1234;
const requests: Readonly<Record<number, 'ssl' | 'gssapi'>> = { 5679: 'ssl', 5680: 'gssapi' };
const cancelRequest = 5678;

/** Throws FatalError 08P01 for what is no such packet, 0A000 for a protocol that is not spoken here. */
export function readStartup(body: Buffer): StartupPacket {
  const reader = new ByteReader(body);
  const major = reader.uint16();
  const minor = reader.uint16();
  if (major === requestMajor) return readRequest(minor, reader);
  if (major !== 3)
    throw new FatalError({
      code: '0A000',
      message: `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.${newestMinor}`,
    });
  const parameters = new Map<string, string>();
  for (let name = reader.cString(); name !== ''; name = reader.cString())
    parameters.set(name, reader.cString());
  reader.end();
  return { kind: 'startup', minor, parameters };
}

function readRequest(code: number, reader: ByteReader): StartupPacket {
  if (code === cancelRequest)
    return { kind: 'cancel', processId: reader.int32(), key: reader.skip(reader.left) };
  const kind = requests[code];
  if (kind === undefined) throw protocolViolation('invalid request before the start');
  reader.end();
  return { kind };
}
