import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';

/** What a model is made from. */
export interface Origins {
  /** Stored models that it reads, inlined ones looked through; staging left out. */
  readonly models: readonly string[];
  /** Raw tables as `source.table` that it reads by way of staging. */
  readonly tables: readonly string[];
}

/** What the model of that name reads, one stored step back. */
export function originsOf(project: Project, name: string): Origins {
  const inputs = storedInputs(project, name).map((each) => mustModel(project, each));
  const isStaging = ({ layer }: Model): boolean => layer === 'staging';
  return {
    models: inputs
      .filter((each) => !isStaging(each))
      .map((each) => each.name)
      .toSorted(),
    tables: [...new Set(inputs.filter(isStaging).flatMap(({ sources }) => sources))].toSorted(),
  };
}

/** From the sources to the marts, as a mermaid picture: sources on the left, what is made from others to their right. */
export function lineageChart(project: Project, models: readonly Model[]): string {
  const stored = models.flatMap(({ name }) => originsOf(project, name).models);
  const beside = [...new Set(stored)].filter((each) => !models.some(({ name }) => name === each)).toSorted();
  const nodes = [...models.map(({ name }) => name), ...beside];
  const systems = new Set<string>();
  const edges = nodes.flatMap((name) => {
    const { models: inputs, tables } = originsOf(project, name);
    const sources = [...new Set(tables.map(systemOf))];
    for (const each of sources) systems.add(each);
    return [
      ...sources.map((each) => `  ${each}([${each}]) --> ${name}`),
      ...inputs.map((each) => `  ${each} --> ${name}`),
    ];
  });
  return ['flowchart LR', ...edges].join('\n');
}

/** Its raw tables by source: `shop: orders, refunds`. */
export function tablesBySystem(tables: readonly string[]): string[] {
  const systems = [...new Set(tables.map(systemOf))];
  return systems.map((system) => {
    const own = tables.filter((table) => systemOf(table) === system);
    return `${system}: ${own.map((table) => table.slice(system.length + 1)).join(', ')}`;
  });
}

function systemOf(table: string): string {
  return table.split('.', 1)[0] ?? table;
}
