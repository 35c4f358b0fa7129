import type { IncomingMessage } from 'node:http';
import type express from 'express';
import type { ServedModel } from '../model-files.ts';

/** Gives every request the model that is served when it comes in, to its end, and tells which in a header. */
export interface ModelDoor {
  readonly handler: express.RequestHandler;
  readonly modelOf: (request: IncomingMessage) => ServedModel;
}

export function createModelDoor(current: () => ServedModel): ModelDoor {
  const models = new WeakMap<IncomingMessage, ServedModel>();
  return {
    modelOf: (request) => models.get(request) ?? current(),
    handler: (request, response, next) => {
      const model = current();
      models.set(request, model);
      response.set('x-shopwave-model', model.version);
      next();
    },
  };
}
