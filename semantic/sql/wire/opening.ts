import { negotiateProtocolVersion } from './backend-messages.ts';
import type { Channel } from './channel.ts';
import { FatalError, notAllowed, protocolViolation } from './fatal-error.ts';
import { newestMinor, readStartup } from './startup.ts';
import type { StartupPacket, StartupRequest } from './startup.ts';
import type { Tls } from './tls.ts';

/** How a connection has begun. */
export type Opened =
  | { readonly kind: 'started'; readonly request: StartupRequest; readonly isEncrypted: boolean }
  | Extract<StartupPacket, { kind: 'cancel' }>
  | { readonly kind: 'gone' };

interface Rules {
  readonly tls: Tls | undefined;
  readonly isTlsRequired: boolean;
}

const yes = Buffer.from('S');
const no = Buffer.from('N');
/** First byte of a handshake of TLS, with which a client may begin at once. */
const handshake = 0x16;

/**
 * Whatever comes before a connection starts: whether it is encrypted, and what it is for. Throws FatalError where what comes
 * is not of the protocol, or not allowed.
 */
export async function openConnection(channel: Channel, { tls, isTlsRequired }: Rules): Promise<Opened> {
  let isEncrypted = false;
  if (tls !== undefined && (await channel.peek()) === handshake) {
    channel.replace(tls.wrap);
    isEncrypted = true;
  }
  for (let requests = 0; requests < mostRequests; requests++) {
    const frame = await channel.read();
    if (frame === undefined) return { kind: 'gone' };
    const packet = readStartup(frame.body);
    if (packet.kind === 'cancel') return packet;
    if (packet.kind === 'startup') {
      if (isTlsRequired && !isEncrypted)
        throw notAllowed({
          message: 'connections must be encrypted',
          hint: 'Connect with sslmode=require or stronger.',
        });
      return { kind: 'started', request: packet, isEncrypted };
    }
    const isOffered = packet.kind === 'ssl' && tls !== undefined && !isEncrypted;
    // What came with the request, unencrypted, would be taken for what comes after the handshake.
    if (isOffered && channel.unread > 0)
      throw protocolViolation('received unencrypted data after SSL request');
    channel.send(isOffered ? yes : no);
    if (!isOffered) continue;
    channel.flush();
    channel.replace(tls.wrap);
    isEncrypted = true;
  }
  throw protocolViolation('too many requests before the start');
}

/** One for each kind of encryption, and the start itself. */
const mostRequests = 4;

/** Tells a client that is newer than this server what is spoken here. Throws FatalError without a user's name. */
export function negotiate(channel: Channel, { minor }: StartupRequest, unknown: readonly string[]): void {
  if (minor <= newestMinor && unknown.length === 0) return;
  channel.send(negotiateProtocolVersion((3 << 16) | Math.min(minor, newestMinor), unknown));
}

/** Throws FatalError for what no connection may be. */
export function refuseUnusable(user: string, isReplication: boolean): void {
  if (user === '') throw notAllowed({ message: 'no user name specified in the startup packet' });
  if (isReplication)
    throw new FatalError({ code: '0A000', message: 'replication is not supported by the SQL API' });
}

/** Throws FatalError where somebody who is known asks for a database that there is not. */
export function mustBeThere(asked: string, database: string): void {
  if (asked === database) return;
  throw new FatalError({
    code: '3D000',
    message: `database "${asked}" does not exist`,
    hint: `Connect to the database "${database}".`,
  });
}
