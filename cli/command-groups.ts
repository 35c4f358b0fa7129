import type { Command } from 'commander';

/** A word that may come first, what it is about, and the module with all that comes after it. */
export interface CommandGroup {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<(program: Command) => void>;
}

/** In the order of `--help`. */
export const commandGroups: readonly CommandGroup[] = [
  {
    name: 'start',
    about: 'run the whole platform: shop, capture, warehouse, scheduler and metrics',
    load: async () => (await import('./commands/start.ts')).addStart,
  },
  {
    name: 'status',
    about: 'what runs, what is published, and how fresh it is',
    load: async () => (await import('./commands/status.ts')).addStatus,
  },
  {
    name: 'doctor',
    about: 'check what the platform needs from this machine, and print the fix',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
  {
    name: 'dags',
    about: 'what runs when: the *.dag.ts files',
    load: async () => (await import('./commands/dags.ts')).addDags,
  },
  {
    name: 'runs',
    about: 'runs of DAGs',
    load: async () => (await import('./commands/runs.ts')).addRuns,
  },
  {
    name: 'tasks',
    about: 'tasks of a DAG, and of its runs',
    load: async () => (await import('./commands/tasks.ts')).addTasks,
  },
  {
    name: 'backfill',
    about: 'runs of a DAG for intervals of the past',
    load: async () => (await import('./commands/backfill.ts')).addBackfill,
  },
  {
    name: 'pools',
    about: 'slots that tasks of all DAGs share',
    load: async () => (await import('./commands/pools.ts')).addPools,
  },
  {
    name: 'variables',
    about: 'values that tasks ask for by name',
    load: async () => (await import('./commands/variables.ts')).addVariables,
  },
  {
    name: 'connections',
    about: 'how tasks reach other systems',
    load: async () => (await import('./commands/connections.ts')).addConnections,
  },
  {
    name: 'assets',
    about: 'what tasks produce and DAGs are scheduled on',
    load: async () => (await import('./commands/assets.ts')).addAssets,
  },
  {
    name: 'sources',
    about: 'where data comes from',
    load: async () => (await import('./commands/sources.ts')).addSources,
  },
  {
    name: 'schema',
    about: 'shapes of the sources, and how they drift',
    load: async () => (await import('./commands/schema.ts')).addSchema,
  },
  {
    name: 'quarantine',
    about: 'rows that could not go on: where they stand in the log, why, and what is to become of them',
    load: async () => (await import('./commands/quarantine.ts')).addQuarantine,
  },
  {
    name: 'archive',
    about: 'everything that was ever landed: seven years of files',
    load: async () => (await import('./commands/archive.ts')).addArchive,
  },
  {
    name: 'retention',
    about: 'business keys that nothing has changed for years: out of raw, kept in the archive',
    load: async () => (await import('./commands/archive.ts')).addRetention,
  },
  {
    name: 'privacy',
    about: 'personal data: show it, erase it, rotate its keys',
    load: async () => (await import('./commands/privacy.ts')).addPrivacy,
  },
  {
    name: 'transform',
    about: 'the SQL models that make the star',
    load: async () => (await import('./commands/transform.ts')).addTransform,
  },
  {
    name: 'quality',
    about: 'how far the published numbers are to be trusted: checks over time, and the rows behind failures',
    load: async () => (await import('./commands/quality.ts')).addQuality,
  },
  {
    name: 'metrics',
    about: 'governed metrics over what is published',
    load: async () => (await import('./commands/metrics.ts')).addMetrics,
  },
  {
    name: 'access',
    about: 'who may see which metrics',
    load: async () => (await import('./commands/access.ts')).addAccess,
  },
  {
    name: 'warehouse',
    about: 'the warehouse: ad-hoc reads, and the set-up of Snowflake',
    load: async () => (await import('./commands/warehouse.ts')).addWarehouse,
  },
  {
    name: 'simulator',
    about: 'a shop to try things on',
    load: async () => (await import('./commands/simulator.ts')).addSimulator,
  },
  {
    name: 'db',
    about: 'the control store: runs, tasks, cursors',
    load: async () => (await import('./commands/db.ts')).addDb,
  },
  {
    name: 'completion',
    about: 'print a script that completes verbs and options; source it in the shell',
    load: async () => (await import('./commands/completion.ts')).addCompletion,
  },
];
