import type { Item } from '../item.ts';
import type { Names, RoleName } from '../names.ts';
import type { SetupSettings } from '../settings.ts';

interface WarehousePlan {
  readonly name: string;
  readonly comment: string;
  readonly size: 'XSMALL' | 'SMALL' | 'MEDIUM' | 'LARGE';
  /** Idle seconds until it sleeps. Never below the 60 that every start is billed. */
  readonly autoSuspend: number;
  /** Whether any statement wakes it. The pipeline's own are woken, and put to sleep, by the adapter alone. */
  readonly autoResume: boolean;
  readonly timeoutSec: number;
  readonly queuedTimeoutSec: number;
  readonly users: readonly RoleName[];
  /** Its part of the month's credits. */
  readonly share: number;
}

const pipeline = ['LOADER', 'TRANSFORMER'] as const;

/** One a kind of work, so that none waits for another and each has its own cap. */
const warehousePlans: readonly WarehousePlan[] = [
  {
    name: 'TRANSFORM',
    comment: 'Loads and builds, every few minutes. Resumed and suspended by the pipeline.',
    size: 'XSMALL',
    autoSuspend: 120,
    autoResume: false,
    timeoutSec: 1_800,
    queuedTimeoutSec: 600,
    users: pipeline,
    share: 0.6,
  },
  {
    name: 'BACKFILL',
    comment: 'Full rebuilds and backfills. Resumed and suspended by the pipeline.',
    size: 'LARGE',
    autoSuspend: 60,
    autoResume: false,
    timeoutSec: 14_400,
    queuedTimeoutSec: 3_600,
    users: pipeline,
    share: 0.15,
  },
  {
    name: 'SEMANTIC',
    comment: 'Metrics that no cache answers.',
    size: 'XSMALL',
    autoSuspend: 60,
    autoResume: true,
    timeoutSec: 120,
    queuedTimeoutSec: 60,
    users: ['SEMANTIC'],
    share: 0.15,
  },
  {
    name: 'ADHOC',
    comment: 'Questions of analysts.',
    size: 'XSMALL',
    autoSuspend: 60,
    autoResume: true,
    timeoutSec: 900,
    queuedTimeoutSec: 300,
    users: ['ANALYST'],
    share: 0.1,
  },
];

/** At a share of its quota a monitor tells the administrators, lets no new statement begin, and ends those that run. */
const triggers = ['75 NOTIFY', '90 NOTIFY', '100 SUSPEND', '110 SUSPEND_IMMEDIATE'];

/** Warehouses, each with a resource monitor of its name. */
export function warehouseItems(names: Names, { monthlyCredits }: SetupSettings): Item[] {
  return warehousePlans.flatMap((plan): Item[] => {
    const name = names.shared(plan.name);
    const quota = Math.max(1, Math.round(monthlyCredits * plan.share));
    const monitor = { credit_quota: String(quota), frequency: 'MONTHLY', triggers };
    const properties = {
      warehouse_size: plan.size,
      auto_suspend: String(plan.autoSuspend),
      auto_resume: String(plan.autoResume),
      resource_monitor: name,
      statement_timeout_in_seconds: String(plan.timeoutSec),
      statement_queued_timeout_in_seconds: String(plan.queuedTimeoutSec),
      comment: plan.comment,
    };
    return [
      { item: 'object', type: 'resource monitor', name, properties: monitor },
      { item: 'object', type: 'warehouse', name, properties },
      { item: 'owner', on: 'warehouse', name, role: names.role('ADMIN') },
    ];
  });
}

/** Who may use a warehouse; to resume and suspend it takes OPERATE, which only the pipeline needs. */
export function warehouseGrants(names: Names): Item[] {
  return warehousePlans.flatMap((plan) => {
    const privileges = plan.autoResume ? ['USAGE'] : ['USAGE', 'OPERATE'];
    return plan.users.flatMap((role) =>
      privileges.map((privilege): Item => ({
        item: 'grant',
        privilege,
        on: 'warehouse',
        name: names.shared(plan.name),
        role: names.role(role),
      })),
    );
  });
}
