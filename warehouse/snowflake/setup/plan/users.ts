import type { Item, Value } from '../item.ts';
import type { Names, RoleName } from '../names.ts';
import type { SetupSettings } from '../settings.ts';

interface ServicePlan {
  readonly login: 'pipeline' | 'semantic';
  readonly user: string;
  readonly role: RoleName;
  readonly warehouse: string;
  readonly comment: string;
}

export const servicePlans: readonly ServicePlan[] = [
  {
    login: 'pipeline',
    user: 'PIPELINE_SVC',
    role: 'PIPELINE',
    warehouse: 'TRANSFORM',
    comment: 'The process that loads and transforms.',
  },
  {
    login: 'semantic',
    user: 'SEMANTIC_SVC',
    role: 'SEMANTIC',
    warehouse: 'SEMANTIC',
    comment: 'The semantic layer.',
  },
];

/** Users of type SERVICE, who have no password; one of which no key and no identity is known is left out. */
export function userItems(names: Names, settings: SetupSettings): Item[] {
  const users = servicePlans.flatMap((plan): Item[] => {
    const how = credentials(settings[plan.login]);
    if (how === undefined) return [];
    const name = names.shared(plan.user);
    const role = names.role(plan.role);
    const properties = {
      type: 'SERVICE',
      ...how,
      default_role: role,
      default_warehouse: names.shared(plan.warehouse),
      ...(settings.allowedIps.length === 0 ? {} : { network_policy: names.shared('SERVICES') }),
      comment: plan.comment,
    };
    return [
      { item: 'object', type: 'user', name, properties },
      { item: 'membership', role, to: 'user', name },
    ];
  });
  return [...networkItems(names, settings), ...users];
}

function credentials({
  publicKey,
  workloadArn,
}: SetupSettings['pipeline']): Record<string, Value> | undefined {
  if (publicKey === undefined && workloadArn === undefined) return undefined;
  return {
    ...(publicKey === undefined ? {} : { rsa_public_key: publicKey }),
    ...(workloadArn === undefined ? {} : { workload_identity: workloadArn }),
  };
}

function networkItems(names: Names, { allowedIps }: SetupSettings): Item[] {
  if (allowedIps.length === 0) return [];
  return [
    {
      item: 'object',
      type: 'network policy',
      name: names.shared('SERVICES'),
      properties: { allowed_ip_list: allowedIps, comment: 'Where the service users may log in from.' },
    },
  ];
}
