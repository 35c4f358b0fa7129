import type { IncomingMessage } from 'node:http';
import type express from 'express';
import { ShopwaveError } from '../../lib/errors.ts';
import type { Access } from './access/access.ts';
import { originOf } from './answers/answer.ts';
import { queryErrorText } from './query-errors.ts';
import type { Served, Visit } from './query-watch.ts';

/** Lets in who is known. Everything that Cube serves over HTTP lies behind it. */
export interface RestDoor {
  readonly handler: express.RequestHandler;
  /** Who sent a request that was let in; undefined for one that came past the door. */
  readonly visitOf: (request: IncomingMessage) => Visit | undefined;
}

export function createRestDoor(access: Access): RestDoor {
  const visits = new WeakMap<IncomingMessage, Visit>();
  const letIn: (...args: Parameters<express.RequestHandler>) => Promise<void> = async (
    request,
    response,
    next,
  ) => {
    const { authorization, 'x-cube-authorization': ofCube } = request.headers;
    try {
      const caller = await access.identify(typeof ofCube === 'string' ? ofCube : authorization);
      visits.set(request, {
        caller,
        tag: tagOf(request),
        onServed: toldIn(response),
        signal: goneFrom(response),
      });
    } catch (error) {
      if (!(error instanceof ShopwaveError)) return next(error);
      response.set('www-authenticate', 'Basic realm="metrics", charset="UTF-8"');
      response.status(401).json({ error: queryErrorText(error) });
      return;
    }
    next();
  };
  return {
    visitOf: (request) => visits.get(request),
    handler: (request, response, next) => void letIn(request, response, next),
  };
}

/** Aborts when whoever asked does not wait any more. */
function goneFrom(response: express.Response): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** So much as fits a log line. */
function tagOf(request: express.Request): string | undefined {
  return request.get('x-shopwave-tag')?.slice(0, 100);
}

/** Tells in headers, which Cube's clients pass over, from which publication an answer is, and where it was found. */
function toldIn(response: express.Response): (served: Served) => void {
  const all: Served[] = [];
  return (served) => {
    all.push(served);
    response.set({
      'x-shopwave-publication': [...new Set(all.map(({ publication }) => publication))].join(),
      'x-shopwave-origin': originOf(all),
    });
  };
}
