import type { Clock } from '../../../lib/clock.ts';
import { ShopwaveError } from '../../../lib/errors.ts';
import type { Connected, ConnectionAccess } from '../../server/access/connections.ts';
import type { SqlSecret } from '../../server/access/sql-secret.ts';
import type { BackOff } from './back-off.ts';
import { authentication } from './backend-messages.ts';
import { ByteReader } from './byte-reader.ts';
import type { Channel } from './channel.ts';
import { FatalError, notAllowed, protocolViolation } from './fatal-error.ts';
import { scramMechanism, scramPlusMechanism, startScram } from './scram.ts';

/** Who says they are whom, from where. */
export interface Claim {
  readonly user: string;
  readonly address: string;
  readonly isEncrypted: boolean;
  /** For channel binding, where the certificate's kind allows that. */
  readonly certificateHash: Buffer | undefined;
}

export interface Authenticator {
  readonly access: ConnectionAccess;
  readonly backOff: BackOff;
  readonly clock: Pick<Clock, 'sleep'>;
}

/**
 * Lets in who proves who they are. Throws FatalError: 28P01 in the same words whatever was wrong, 28000 where nobody is
 * asked, 08P01 for messages that are none.
 */
export async function authenticate(
  channel: Channel,
  claim: Claim,
  { access, backOff, clock }: Authenticator,
): Promise<Connected> {
  const { user, address, isEncrypted } = claim;
  const isLocal = isLoopback(address);
  if (access.everybody !== undefined) {
    if (isLocal) return access.everybody;
    throw notAllowed({
      message: 'without an access file only this machine is let in',
      hint: 'Name one in shopwave.yml (semantic.access); docs/access.md says what it holds.',
    });
  }
  const proof = await access.proofOf(user, isEncrypted || isLocal);
  const prove =
    proof.kind === 'scram'
      ? () => byScram(channel, claim, proof.secret, access)
      : () => byPassword(channel, user, access);
  const late = backOff.delayMs(address, user);
  if (late > 0) await clock.sleep(late, channel.gone);
  const connected = await prove();
  if (connected === undefined) {
    backOff.failed(address, user);
    throw refused(user);
  }
  backOff.succeeded(address, user);
  return connected;
}

/** Addresses of this machine, also as IPv6 writes those of IPv4. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);
}

function refused(user: string): FatalError {
  return new FatalError({
    code: '28P01',
    message: `password authentication failed for user "${user}"`,
    hint: 'docs/access.md says who is let in; a user without a sql_secret needs TLS or this machine itself.',
  });
}

async function byPassword(
  channel: Channel,
  user: string,
  access: ConnectionAccess,
): Promise<Connected | undefined> {
  channel.send(authentication('password'));
  const reader = new ByteReader(await answerOf(channel));
  const password = reader.cString();
  reader.end();
  return orRefused(access.byPassword(user, password));
}

async function byScram(
  channel: Channel,
  { user, certificateHash }: Claim,
  secret: SqlSecret,
  access: ConnectionAccess,
): Promise<Connected | undefined> {
  const offered = certificateHash === undefined ? [scramMechanism] : [scramPlusMechanism, scramMechanism];
  channel.send(authentication('sasl', Buffer.from(`${offered.join('\0')}\0\0`)));
  const reader = new ByteReader(await answerOf(channel));
  const mechanism = reader.cString();
  if (!offered.includes(mechanism))
    throw protocolViolation('the client chose a mechanism that was not offered');
  const clientFirst = reader.skip(Math.max(0, reader.int32())).toString('utf8');
  reader.end();
  const exchange = startScram({ mechanism, clientFirst, certificateHash }, secret);
  channel.send(authentication('saslContinue', Buffer.from(exchange.serverFirst)));
  const serverFinal = exchange.finish((await answerOf(channel)).toString('utf8'));
  if (serverFinal === undefined) return undefined;
  const connected = await orRefused(access.byScram(user, secret));
  if (connected !== undefined) channel.send(authentication('saslFinal', Buffer.from(serverFinal)));
  return connected;
}

async function answerOf(channel: Channel): Promise<Buffer> {
  const frame = await channel.read();
  if (frame === undefined) throw new FatalError({ code: '08006', message: 'the client is gone' });
  return frame.body;
}

async function orRefused(connecting: Promise<Connected>): Promise<Connected | undefined> {
  try {
    return await connecting;
  } catch (error) {
    if (error instanceof ShopwaveError && error.code === 'SEMANTIC_UNAUTHENTICATED') return undefined;
    throw error;
  }
}
