import type { IncomingMessage } from 'node:http';
import type express from 'express';
import { ShopwaveError } from '../../lib/errors.ts';
import type { Access } from './access/access.ts';
import type { Caller } from './access/caller.ts';
import { queryErrorText } from './query-errors.ts';

/** Lets in who is known. Everything that Cube serves over HTTP lies behind it. */
export interface RestDoor {
  readonly handler: express.RequestHandler;
  /** Who sent a request that was let in; undefined for one that came past the door. */
  readonly callerOf: (request: IncomingMessage) => Caller | undefined;
}

export function createRestDoor(access: Access): RestDoor {
  const callers = new WeakMap<IncomingMessage, Caller>();
  const letIn: (...args: Parameters<express.RequestHandler>) => Promise<void> = async (
    request,
    response,
    next,
  ) => {
    const { authorization, 'x-cube-authorization': ofCube } = request.headers;
    try {
      callers.set(request, await access.identify(typeof ofCube === 'string' ? ofCube : authorization));
    } catch (error) {
      if (!(error instanceof ShopwaveError)) return next(error);
      response.set('www-authenticate', 'Basic realm="metrics", charset="UTF-8"');
      response.status(401).json({ error: queryErrorText(error) });
      return;
    }
    next();
  };
  return {
    callerOf: (request) => callers.get(request),
    handler: (request, response, next) => void letIn(request, response, next),
  };
}
