import type { Socket } from 'node:net';
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { SqlEngine } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import { Session } from '../session/session.ts';
import { startupFacts } from '../session/startup-settings.ts';
import { SqlError, sqlErrorOf } from '../sql-error.ts';
import { authenticate } from './authentication.ts';
import type { Authenticator } from './authentication.ts';
import { authentication, backendKeyData, errorResponse } from './backend-messages.ts';
import type { Cancellations } from './cancellations.ts';
import { Channel, ClientGone } from './channel.ts';
import { FatalError } from './fatal-error.ts';
import type { Frame } from './frame-reader.ts';
import { readMessage } from './frontend-messages.ts';
import type { FrontendMessage } from './frontend-messages.ts';
import { mustBeThere, negotiate, openConnection, refuseUnusable } from './opening.ts';
import { newestMinor } from './startup.ts';
import type { Tls } from './tls.ts';

/** What all connections share. */
export interface ConnectionServices extends Omit<Authenticator, 'clock'> {
  readonly engine: SqlEngine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly parse: (text: string) => readonly ParsedStatement[];
  readonly cancellations: Cancellations;
  readonly tls: Tls | undefined;
  readonly isTlsRequired: boolean;
  /** Within which somebody must have said and proven who they are. */
  readonly authenticationMs: number;
  /** For which a client may take nothing of what it is sent. */
  readonly stallMs: number;
  /** Throws FatalError 53300 when there are too many. */
  readonly admit: () => void;
}

/** A connection as its server sees it. */
export interface Connection {
  readonly isIdle: () => boolean;
  /** Tells the client so and closes; what runs ends with that error. */
  readonly end: (error: FatalError) => void;
  readonly closed: Promise<void>;
}

const canceled = new SqlError({ code: '57014', message: 'canceling statement due to user request' });
/** Of the key by which a client cancels: what its protocol holds, the older one 32 bits. */
const keyBytes = { old: 4, new: 32 } as const;

/** Serves one client until it, or the server, has had enough. */
export function serveConnection(socket: Socket, services: ConnectionServices): Connection {
  const channel = new Channel(socket, services.stallMs);
  const address = socket.remoteAddress ?? '';
  let session: Session | undefined;
  let ending: FatalError | undefined;
  let isIdle = true;
  const end = (error: FatalError): void => {
    ending ??= error;
    session?.close(error);
    channel.stop();
  };
  const read = async (): Promise<Frame | undefined> => {
    // Whoever asks and does not listen is not answered further.
    if (channel.isCongested) await channel.drained();
    const found = channel.next();
    if (found !== undefined) return found;
    const limit = session?.waiting();
    const timer = limit && setTimeout(() => end(limit.error), limit.ms);
    isIdle = true;
    try {
      return await channel.read();
    } finally {
      clearTimeout(timer);
      isIdle = false;
    }
  };
  const converse = async (): Promise<void> => {
    const late = setTimeout(() => end(tooLate), services.authenticationMs);
    const started = await begin(channel, address, services, () => clearTimeout(late)).finally(() =>
      clearTimeout(late),
    );
    if (started === undefined) return;
    ({ session } = started);
    try {
      for (let frame = await read(); frame !== undefined; frame = await read()) {
        const message = messageOf(frame);
        if (message instanceof SqlError) await session.refuse(message, frame.type === queryType);
        else if (message.kind === 'terminate') return;
        else await session.handle(message);
      }
    } finally {
      started.release();
    }
  };
  const serve = async (): Promise<void> => {
    try {
      await converse();
      if (ending !== undefined) throw ending;
    } catch (error) {
      sayLast(channel, address, ending ?? error, services.logger);
    }
    await channel.end();
  };
  return { isIdle: () => isIdle, end, closed: serve() };
}

interface Started {
  readonly session: Session;
  /** To be called when the conversation is over. */
  readonly release: () => void;
}

/** From the first byte to the first ReadyForQuery; undefined where the client wanted something else. */
async function begin(
  channel: Channel,
  address: string,
  services: ConnectionServices,
  onProven: () => void,
): Promise<Started | undefined> {
  const { cancellations, logger, tls } = services;
  const opened = await openConnection(channel, services);
  if (opened.kind === 'cancel') cancellations.cancel(opened.processId, opened.key);
  if (opened.kind !== 'started') return undefined;
  const { request, isEncrypted } = opened;
  const facts = startupFacts(request.parameters);
  channel.enter('authentication');
  negotiate(channel, request, facts.unknownOptions);
  refuseUnusable(facts.user, facts.isReplication);
  services.admit();
  const certificateHash = isEncrypted ? tls?.certificateHash : undefined;
  const connected = await authenticate(
    channel,
    { user: facts.user, address, isEncrypted, certificateHash },
    services,
  );
  // What comes now takes as long as the server needs, which may have a catalogue to open first.
  onProven();
  const { database } = services.engine;
  mustBeThere(facts.database ?? database, database);
  channel.send(authentication('ok'));
  const { processId, key, release } = cancellations.register(
    request.minor < newestMinor ? keyBytes.old : keyBytes.new,
    () => session.cancel(canceled),
  );
  const session = new Session({
    ...services,
    connected,
    out: channel,
    processId,
    database,
  });
  const close = (): void => session.close(new ClientGone('the client is gone'));
  channel.gone.addEventListener('abort', close);
  const startMs = performance.now();
  const about = { user: connected.name, address, connection: processId };
  try {
    await session.start(facts.settings);
  } catch (error) {
    release();
    throw error;
  }
  channel.send(backendKeyData(processId, key));
  channel.enter('started');
  await session.ready();
  logger.info('sql connection', { ...about, database, isEncrypted });
  return {
    session,
    release: () => {
      release();
      close();
      logger.info('sql connection closed', {
        ...about,
        durationMs: Math.round(performance.now() - startMs),
      });
    },
  };
}

/** What a frame says; an error that only the statement has, such as text that is no UTF-8. */
function messageOf(frame: Frame): FrontendMessage | SqlError {
  try {
    return readMessage(frame);
  } catch (error) {
    if (error instanceof SqlError && !(error instanceof FatalError)) return error;
    throw error;
  }
}

function sayLast(channel: Channel, address: string, error: unknown, logger: Logger): void {
  if (error instanceof ClientGone) return;
  const fields = sqlErrorOf(error);
  // Of what the protocol and the server say; what is wrong about a setting could quote what somebody has typed.
  const reason = loggedClasses.has(fields.code.slice(0, 2)) ? { reason: fields.message } : {};
  logger.warn('sql connection ended', { address, sqlState: fields.code, ...reason });
  channel.send(errorResponse('FATAL', fields));
}

const loggedClasses = new Set(['08', '28', '53', '57']);
const queryType = 'Q'.charCodeAt(0);
const tooLate = new FatalError({ code: '57014', message: 'canceling authentication due to timeout' });
