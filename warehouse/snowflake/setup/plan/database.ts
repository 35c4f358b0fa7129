import type { Item } from '../item.ts';
import type { Names } from '../names.ts';
import type { SetupSettings } from '../settings.ts';
import { schemaPlans } from './schemas.ts';
import type { SchemaPlan } from './schemas.ts';

/** The database and its layers. Their owner is the administrator: with managed access nobody else gives rights in them. */
export function databaseItems(names: Names, settings: SetupSettings): Item[] {
  const { database } = names;
  const owner = names.role('ADMIN');
  return [
    {
      item: 'object',
      type: 'database',
      name: database,
      properties: {
        data_retention_time_in_days: '1',
        comment: 'ShopWave: from landed changes to a published star.',
      },
    },
    { item: 'owner', on: 'database', name: database, role: owner },
    ...schemaPlans.flatMap((plan): Item[] => {
      const name = names.schema(plan.name);
      return [
        { item: 'object', type: 'schema', name, properties: schemaProperties(plan, settings) },
        { item: 'owner', on: 'schema', name, role: owner },
      ];
    }),
  ];
}

function schemaProperties(plan: SchemaPlan, { edition }: SetupSettings): Record<string, string> {
  const days = edition === 'standard' ? Math.min(1, plan.timeTravelDays) : plan.timeTravelDays;
  return {
    transient: String(plan.isTransient),
    managed_access: 'true',
    data_retention_time_in_days: String(days),
    comment: plan.comment,
  };
}

/** Rights on the database and in its schemas. Owners get theirs as relations are made, whichever role makes them. */
export function databaseGrants(names: Names): Item[] {
  const on = 'database' as const;
  const name = names.database;
  const reading = (['LOADER', 'TRANSFORMER', 'SEMANTIC', 'ANALYST'] as const).map((role): Item => ({
    item: 'grant',
    privilege: 'USAGE',
    on,
    name,
    role: names.role(role),
  }));
  // The code sends CREATE SCHEMA IF NOT EXISTS, which takes this right even where the schema stands.
  const making = (['LOADER', 'TRANSFORMER'] as const).map((role): Item => ({
    item: 'grant',
    privilege: 'CREATE SCHEMA',
    on,
    name,
    role: names.role(role),
  }));
  return [...reading, ...making, ...schemaPlans.flatMap((plan) => schemaGrants(names, plan))];
}

function schemaGrants(names: Names, plan: SchemaPlan): Item[] {
  const name = names.schema(plan.name);
  const users = new Set([
    plan.owner,
    ...plan.makers,
    ...(Object.keys(plan.rights) as (keyof typeof plan.rights)[]),
  ]);
  const usage = [...users].map((role): Item => ({
    item: 'grant',
    privilege: 'USAGE',
    on: 'schema',
    name,
    role: names.role(role),
  }));
  const making = plan.makers.flatMap((role) =>
    (role === 'TRANSFORMER' ? ['CREATE TABLE', 'CREATE VIEW'] : ['CREATE TABLE']).map((privilege): Item => ({
      item: 'grant',
      privilege,
      on: 'schema',
      name,
      role: names.role(role),
    })),
  );
  return [...usage, ...making, ...futureGrants(names, plan)];
}

function futureGrants(names: Names, plan: SchemaPlan): Item[] {
  const name = names.schema(plan.name);
  const future = (on: 'table' | 'view', privilege: string, role: keyof typeof plan.rights): Item => ({
    item: 'future grant',
    privilege,
    on,
    within: 'schema',
    name,
    role: names.role(role),
  });
  const owned = [future('table', 'OWNERSHIP', plan.owner), future('view', 'OWNERSHIP', plan.owner)];
  const given = Object.entries(plan.rights).flatMap(([role, privileges]) =>
    privileges.flatMap((privilege) => {
      const to = role as keyof typeof plan.rights;
      const views = privilege === 'SELECT' ? [future('view', privilege, to)] : [];
      return [future('table', privilege, to), ...views];
    }),
  );
  return [...owned, ...given];
}
