import type { EngineContext } from '../context.ts';
import { mustModel } from '../project/laws.ts';
import type { DataTest } from '../project/model.ts';
import { rawTable } from '../warehouse/relations.ts';
import type { Check, Probe } from './check.ts';
import { columnsOf } from './generic.ts';
import { shortName } from './implicit.ts';
import { tellingColumns } from './keys.ts';
import { presentIn } from './present.ts';
import type { Present } from './present.ts';

/** A declared check as it is run. */
export function toCheck(context: EngineContext, test: DataTest, probe: Probe, name: string): Check {
  // A source's name stands for all that read it.
  const model = test.attachedTo.name;
  return {
    uniqueId: test.uniqueId,
    model,
    name,
    kind: test.kind,
    refs: [...new Set([model, ...test.refs])],
    probe,
    config: test.config,
    keys: [...tellingOf(context, model), ...keyColumnsOf(test)],
    storeAs: test.config.storeFailures ? (test.config.alias ?? test.name) : undefined,
    definition: undefined,
  };
}

function tellingOf(context: EngineContext, name: string): readonly string[] {
  return context.project.models.has(name) ? tellingColumns(mustModel(context.project, name)) : [];
}

/**
 * The tested column may be shown where it is a key by its name: a duplicate, or a reference to nothing. A duplicate
 * e-mail address is not for logs.
 */
function keyColumnsOf(test: DataTest): readonly string[] {
  return safely(() => columnsOf(test)).filter((column) => /(^|_)(id|key|date)$/i.test(column));
}

function safely(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** The model that a relationships check looks its values up in; a model may refer to itself. */
export function parentModel(test: DataTest): string | undefined {
  if (test.attachedTo.kind === 'source') return test.refs[0];
  const { to } = test.arguments;
  const isSource = typeof to === 'string' && to.includes('source(');
  return isSource ? undefined : (test.refs[1] ?? test.attachedTo.name);
}

/** Where a relationships check looks its values up; nothing for other checks. */
export function parentOf(test: DataTest, present: (model: string) => Present): Present {
  if (test.kind !== 'relationships') return presentIn('');
  const model = parentModel(test);
  return model === undefined ? presentIn(rawTable(test.sources.at(-1) ?? '')) : present(model);
}

/**
 * Short name, for a relationships check with its parent's. Where another check of the model is called the same (two
 * lists of accepted values of one column), the whole name that dbt's rule gives.
 */
export function checkName(context: EngineContext, test: DataTest): string {
  const { attachedTo } = test;
  const { models, sources } = context.project;
  const siblings = (attachedTo.kind === 'model' ? models : sources).get(attachedTo.name)?.tests ?? [];
  const name = shortNameWithParent(test);
  const isShared = siblings.some(
    (each) => each.uniqueId !== test.uniqueId && shortNameWithParent(each) === name,
  );
  return isShared ? test.name : name;
}

function shortNameWithParent(test: DataTest): string {
  if (test.ownName !== undefined) return test.ownName;
  const parent = test.kind === 'relationships' ? parentModel(test) : undefined;
  return parent === undefined ? shortName(test) : `${shortName(test)}_${parent}`;
}
