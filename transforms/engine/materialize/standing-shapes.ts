import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import type { Project } from '../project/model.ts';
import { describeRelation, describeSchemas } from './shape.ts';
import type { Column, StandingShapes } from './shape.ts';

/** For one run: what others do to tables from one run to the next must be seen. */
export function withShapes(context: EngineContext): EngineContext {
  return { ...context, shapes: standingShapes(context.warehouse, context.project) };
}

function standingShapes(warehouse: Warehouse, project: Project): StandingShapes {
  const schemas = new Set([...project.models.values()].map(({ config }) => config.schema));
  let asked: ReturnType<typeof describeSchemas> | undefined;
  return {
    of: async (relation) => {
      asked ??= describeSchemas(warehouse, [...schemas, 'feed']);
      const found = asked;
      // What could not be answered is asked again.
      found.catch(() => (asked = asked === found ? undefined : asked));
      return (await found).get(relation.toLowerCase());
    },
    forget: () => {
      asked = undefined;
    },
  };
}

/** The columns of a published table, of staging or of a feed as they stand; undefined where it does not exist. */
export async function describeStanding(
  { warehouse, shapes }: Pick<EngineContext, 'warehouse' | 'shapes'>,
  relation: string,
): Promise<readonly Column[] | undefined> {
  return shapes === undefined ? await describeRelation(warehouse, relation) : await shapes.of(relation);
}
