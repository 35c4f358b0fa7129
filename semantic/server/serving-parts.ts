import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { openToLocals } from './access/access.ts';
import { createAnswers } from './answers/answers.ts';
import type { Answers } from './answers/answers.ts';
import type { CubeModules } from './cube-modules.ts';
import type { CubeReader } from './cube-reader.ts';
import { createCubeServer } from './cube-server.ts';
import type { CubeServer } from './cube-server.ts';
import { invalidModel } from './model-files.ts';
import type { ServedModel } from './model-files.ts';
import { createPublications, unpublished } from './publications.ts';
import type { Publications } from './publications.ts';
import { createQueryWatch } from './query-watch.ts';
import type { ModelVisit } from './query-watch.ts';
import { createModelDoor } from './reload/model-door.ts';
import type { ModelDoor } from './reload/model-door.ts';
import { createModelHost } from './reload/model-host.ts';
import type { ModelHost, ModelState } from './reload/model-host.ts';
import { createPreparation } from './reload/preparation.ts';
import type { Preparation } from './reload/preparation.ts';
import { createRestDoor } from './rest-door.ts';
import type { RestDoor } from './rest-door.ts';
import { createRollups } from './rollups/rollups.ts';
import type { Rollups } from './rollups/rollups.ts';
import type { MartChanges } from './rollups/refresh.ts';
import type { SemanticOptions } from './semantic-options.ts';
import { createSettling } from './settling.ts';
import type { Settling } from './settling.ts';
import { createUsage } from './usage/usage.ts';

/** What the semantic layer is made of, put together. */
export interface ServingParts {
  readonly publications: Publications;
  readonly reader: CubeReader;
  readonly door: RestDoor;
  readonly pinned: ModelDoor;
  readonly host: ModelHost;
  readonly columns: Preparation;
  readonly server: CubeServer;
  readonly answers: Answers;
  readonly settling: Settling;
  /** Aborts with `close`. */
  readonly stopping: AbortController;
  /** Who sent a request over HTTP, with the model that it is answered by. */
  readonly visitOf: (request: IncomingMessage) => ModelVisit | undefined;
  readonly close: () => Promise<void>;
}

const defaultTimeoutSec = 300;

/** Puts the parts together and makes the first model ready. Throws as createSemantic does, with nothing left open. */
export async function createServingParts(
  options: SemanticOptions,
  cube: CubeModules,
  read: () => Promise<ServedModel>,
  logger: Logger,
): Promise<ServingParts> {
  const publications = createPublications(options.publication ?? unpublished);
  const stopping = new AbortController();
  const first = await read();
  const reader = options.openReader(cube);
  const rollups = await openRollups(options, { cube, reader, publications, logger });
  const door = createRestDoor(options.access ?? openToLocals);
  const columns = createPreparation({ server: () => server, reader, rollups, logger, publications });
  const onChange = (state: ModelState): void => {
    // What is new in the rollups of another model is read for it; until then the warehouse answers.
    void settling.settle();
    options.onModelChange?.(state);
  };
  const { prepare } = columns;
  const edited = heldAgainstRules(prepare, options);
  const host = createModelHost({ first, read, prepare: edited, logger, onChange, signal: stopping.signal });
  const pinned = createModelDoor(host.current);
  const watch = createQueryWatch(logger, systemClock);
  const visitOf = (request: IncomingMessage): ModelVisit | undefined => {
    const visit = door.visitOf(request);
    return visit === undefined ? undefined : { ...visit, model: pinned.modelOf(request) };
  };
  const { current: model } = host;
  const { statementTimeoutSec = defaultTimeoutSec } = options;
  const { answered: onAnswered } = columns;
  const shared = { publications, watch, model };
  // Left alone, rollups are of an older publication: whoever asks first has the new one from the warehouse.
  const isReady: Rollups['isReady'] = (ids, modelVersion) =>
    rollups.isReady(ids, modelVersion) &&
    !(settling.isLeft() && rollups.versionOf(ids) < publications.stampOf(rollups.martsOf(ids)));
  const served = {
    ...shared,
    cube,
    visitOf,
    reader,
    rollups: { ...rollups, isReady },
    logger,
    statementTimeoutSec,
    onAnswered,
  };
  const server = createCubeServer(served);
  const usage = createUsage({ file: options.usageFile, clock: systemClock, logger });
  const settled = (): Promise<void> => settling.settled();
  const onAsked = (): void => settling.asked();
  const asking = { load: server.load, usage, clock: systemClock, settled, onAsked };
  const answers = createAnswers({ ...shared, ...asking });
  const settling = createSettling({ publications, rollups, answers, logger, clock: systemClock });
  const close = async (): Promise<void> => {
    stopping.abort();
    columns.stop();
    settling.stop();
    await usage.close();
    await server.shutdown();
    await reader.close();
    await rollups.close();
  };
  try {
    (await prepare(first))();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    publications,
    reader,
    door,
    pinned,
    host,
    columns,
    server,
    answers,
    settling,
    stopping,
    visitOf,
    close,
  };
}

/** Refuses a model that breaks a rule before it is made ready. */
function heldAgainstRules(
  prepare: Preparation['prepare'],
  { findingsOf = async () => [] }: SemanticOptions,
): Preparation['prepare'] {
  return async (model) => {
    const findings = await findingsOf(model.model);
    if (findings.length > 0) throw invalidModel(model.folder, findings);
    return prepare(model);
  };
}

function openRollups(
  { rollupsFile, martChanges }: SemanticOptions,
  opened: { cube: CubeModules; reader: CubeReader; publications: Publications; logger: Logger },
): Promise<Rollups> {
  return createRollups({
    ...opened,
    file: rollupsFile ?? ':memory:',
    martChanges: martChanges ?? allChanged(() => opened.publications.newest().version),
  });
}

/** Where nobody can say which months have changed. */
function allChanged(newest: () => number): MartChanges {
  return {
    since: async (watched) => ({ version: newest(), months: watched.map(() => 'all') }),
    version: async () => newest(),
  };
}
