import process from 'node:process';
import { z } from 'zod';
import { formatDuration } from '../../lib/duration.ts';
import type { ModelState } from '../../semantic/server/reload/model-host.ts';
import type { ImportError } from '../../scheduler/loading/import-error.ts';
import { restOf, shorten } from '../output/shorten.ts';
import { toIso } from '../output/summary.ts';
import { describeHeld } from '../../transforms/engine/run/held-back-error.ts';
import { countLayers } from '../supervisor/headline.ts';
import { currentOwner } from '../supervisor/lock.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { Cell, OperationResult } from './operation.ts';
import { readFreshness } from './source-freshness.ts';
import { readOpenQuestions } from './open-questions.ts';
import { readFailures, readPositions } from './pipeline-facts.ts';

/** A thing that is known; what may be long is cut for people, and `rest` is the command that shows the whole. */
type Fact = readonly [what: string, value: Cell, rest?: string];

/** What runs, what is published, how fresh it is, how far each step has come, and what fails. */
export const status = defineOperation({
  name: 'status',
  input: z.object({}),
  run: async (_, { platform }) => {
    const [owner, transforms, warehouse, scheduler] = await Promise.all([
      currentOwner(platform.paths.lock),
      platform.transforms(),
      platform.warehouse(),
      platform.scheduler(),
    ]);
    const [publication, held, rows, positions, failures, sources, model] = await Promise.all([
      transforms.publication(),
      transforms.heldBack(),
      countLayers(warehouse),
      readPositions(platform),
      readFailures(scheduler),
      readFreshness(platform),
      platform.servedModel(),
    ]);
    const isUp = owner?.role === 'supervisor' && owner.pid === process.pid;
    const facts: Fact[] = [
      ['supervisor', isUp ? `process ${owner.pid}, http://127.0.0.1:${owner.port}` : 'not running'],
      ['data folder', platform.paths.root],
      ['publication', publication?.version ?? 'none yet'],
    ];
    if (publication !== undefined) {
      const publishedAt = toIso(publication.publishedAt);
      const ageMs = platform.clock.now().getTime() - Date.parse(publishedAt);
      facts.push(
        ['published at', publishedAt],
        ['published', `${formatDuration(Math.max(0, ageMs))} ago`],
        ['source watermark', publication.sourceWatermark],
        [
          'source committed at',
          publication.sourceCommittedAt === null ? null : toIso(publication.sourceCommittedAt),
        ],
      );
    }
    facts.push(['raw rows', rows.raw], ['staging rows', rows.staging], ['mart rows', rows.marts]);
    facts.push(['landed to', positions.landed], ['loaded to', positions.loaded]);
    facts.push(['staged to', positions.staged]);
    facts.push(
      ...sources.map(({ source, site, behind }) => [`source ${source}`, `${site}, ${behind}`] as const),
    );
    facts.push(...(await readOpenQuestions(platform)));
    facts.push(...held.map((each) => ['held back', describeHeld(each), 'shopwave transform held'] as const));
    if (model !== undefined) facts.push(...modelFacts(model));
    facts.push(...scheduler.listImportErrors().map(brokenFile));
    facts.push(...failures.map(({ text, code }) => ['failed last', text, restOf(code)] as const));
    return factsResult(facts);
  },
});

/** Programs get every text as it is. */
export function factsResult(facts: readonly Fact[]): OperationResult {
  return rowsResult(
    facts.map(([what, value, rest]) => ({
      what,
      value: rest === undefined ? value : shorten(String(value), rest),
    })),
    { json: facts.map(([what, value]) => ({ what, value })) },
  );
}

function modelFacts({ folder, version, problem }: ModelState): Fact[] {
  const served: Fact = ['metric model', `version ${version} of ${folder}`];
  if (problem === undefined) return [served];
  const { where, code, message } = problem;
  return [
    served,
    ['metric model not loaded', `${where}: ${code}: ${message}`, 'shopwave metrics validate'] as const,
  ];
}

function brokenFile({ file, code, message }: ImportError): Fact {
  return ['DAG file not loaded', `${file}: ${code}: ${message}`, 'shopwave dags list-import-errors'];
}
