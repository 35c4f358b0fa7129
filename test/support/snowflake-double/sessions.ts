import { randomBytes } from 'node:crypto';
import type { DoubleClock } from './clock.ts';
import { SqlRefused } from './contract.ts';
import type { EngineSession } from './contract.ts';
import type { Query } from './query.ts';

/** How long tokens live by the account's clock, in seconds. */
export const tokenSeconds = { session: 3600, master: 14_400 } as const;

interface Token {
  readonly value: string;
  expiresAt: number;
}

/** One login. A transaction lives and dies with it. */
export interface DoubleSession {
  readonly id: number;
  readonly user: string;
  readonly engine: EngineSession;
  /** By requestId: what makes a request that is sent again find its first answer. */
  readonly queries: Map<string, Query>;
  token: Token;
  master: Token;
  gone: boolean;
}

const refusals = {
  invalid: ['390104', 'Session token is invalid. New login required to access the service.'],
  gone: ['390111', 'Session no longer exists. New login required to access the service.'],
  expired: ['390112', 'Your session has expired. Please login again.'],
  masterExpired: ['390114', 'Authentication token has expired. The user must authenticate again.'],
} as const;

/** Who is logged in, and by which token. */
export class Sessions {
  readonly all: DoubleSession[] = [];
  /** Every token ever given out: an old one is told apart from one that never was. */
  private readonly tokens = new Map<string, DoubleSession>();
  private readonly clock: DoubleClock;

  constructor(clock: DoubleClock) {
    this.clock = clock;
  }

  open(user: string, engine: EngineSession): DoubleSession {
    const id = 1_000_001 + this.all.length;
    const session: DoubleSession = {
      id,
      user,
      engine,
      queries: new Map(),
      token: this.newToken('session'),
      master: this.newToken('master'),
      gone: false,
    };
    this.all.push(session);
    this.know(session);
    return session;
  }

  /** The session a request speaks for, or the refusal that the client acts on. */
  byToken(token: string | undefined): DoubleSession {
    const session = this.known(token);
    if (session.token.value !== token || session.token.expiresAt <= this.clock.now())
      throw refusal('expired');
    return session;
  }

  /** A new session token for a master token; the session and its transaction go on. */
  renew(masterToken: string | undefined): DoubleSession {
    const session = this.known(masterToken);
    if (session.master.value !== masterToken || session.master.expiresAt <= this.clock.now()) {
      throw refusal('masterExpired');
    }
    session.token = this.newToken('session');
    session.master = this.newToken('master');
    this.know(session);
    return session;
  }

  /** Makes the session token of a request old, whatever the clock says. */
  expire(token: string | undefined): void {
    const session = token === undefined ? undefined : this.tokens.get(token);
    if (session !== undefined && session.token.value === token) session.token.expiresAt = 0;
  }

  async end(session: DoubleSession | undefined): Promise<void> {
    if (session === undefined || session.gone) return;
    session.gone = true;
    for (const query of session.queries.values()) query.end(refusal('gone'));
    await session.engine.end();
  }

  /** Of any token that was given out, also an old one. */
  find(token: string | undefined): DoubleSession | undefined {
    return token === undefined ? undefined : this.tokens.get(token);
  }

  private known(token: string | undefined): DoubleSession {
    const session = this.find(token);
    if (session === undefined) throw refusal('invalid');
    if (session.gone) throw refusal('gone');
    return session;
  }

  private know(session: DoubleSession): void {
    this.tokens.set(session.token.value, session);
    this.tokens.set(session.master.value, session);
  }

  private newToken(kind: keyof typeof tokenSeconds): Token {
    return {
      value: `${kind}-${randomBytes(24).toString('base64url')}`,
      expiresAt: this.clock.now() + tokenSeconds[kind] * 1000,
    };
  }
}

function refusal(kind: keyof typeof refusals): SqlRefused {
  const [code, message] = refusals[kind];
  return new SqlRefused(code, '08001', message);
}
