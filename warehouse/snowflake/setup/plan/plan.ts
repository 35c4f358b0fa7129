import type { Item } from '../item.ts';
import { namesOf } from '../names.ts';
import type { Names } from '../names.ts';
import type { SetupSettings } from '../settings.ts';
import { classificationItems, columnRules } from './classification.ts';
import { databaseGrants, databaseItems } from './database.ts';
import { roleItems } from './roles.ts';
import { storageGrants, storageItems } from './storage.ts';
import { servicePlans, userItems } from './users.ts';
import { warehouseGrants, warehouseItems } from './warehouses.ts';

/** Facts that belong together, in an order in which each stands on those before it. */
export interface PlanSection {
  readonly title: string;
  readonly about: readonly string[];
  readonly items: readonly Item[];
}

/** All that an account has to be for the platform. */
export interface Plan {
  readonly settings: SetupSettings;
  readonly names: Names;
  readonly sections: readonly PlanSection[];
  /** Those of all sections. */
  readonly items: readonly Item[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export function planSetup(settings: SetupSettings): Plan {
  const names = namesOf(settings);
  const sections = sectionsOf(settings, names);
  const items = sections.flatMap((section) => section.items);
  return { settings, names, notes: notesOn(settings, names), sections, items };
}

function sectionsOf(settings: SetupSettings, names: Names): PlanSection[] {
  return [
    {
      title: 'Roles',
      about: [
        'Who may do what is said by the rights below; administrators have all of it, and SYSADMIN has them.',
      ],
      items: roleItems(names),
    },
    {
      title: 'Warehouses and their monitors',
      about: ['One a kind of work. The pipeline wakes its own and puts them to sleep: nothing else does.'],
      items: warehouseItems(names, settings),
    },
    {
      title: 'Database and layers',
      about: [
        'Transient where a layer can be made again: no fail-safe is paid for tables that change all day.',
        'Three years of history stay here: `shopwave retention apply --keep-days 1096`. Seven years are in the archive.',
      ],
      items: databaseItems(names, settings),
    },
    {
      title: 'Files: stages, formats, integration',
      about: ['The integration names a role of AWS, so that no key is stored.'],
      items: storageItems(names, settings),
    },
    {
      title: 'Classified columns',
      about: [
        'Columns are tagged once they exist: run --apply again after the first publication. By name:',
        ...columnRules.map(({ classification, why }) => `  ${classification}: ${why}`),
      ],
      items: classificationItems(names, settings),
    },
    {
      title: 'Rights',
      about: [
        'Tables and views become their layer’s as they are made, whichever process makes them.',
        'Analysts see marts and nothing else.',
      ],
      items: [...warehouseGrants(names), ...storageGrants(names, settings), ...databaseGrants(names)],
    },
    {
      title: 'Service users',
      about: ['Without a password. Public keys only; the private ones never leave where the processes run.'],
      items: userItems(names, settings),
    },
  ];
}

function notesOn(settings: SetupSettings, names: Names): string[] {
  const standard =
    settings.edition === 'standard'
      ? [
          'Standard edition: no tags and no masking policies, and time travel of one day. Rights alone keep classified columns from readers.',
        ]
      : [];
  const archive =
    settings.archive === undefined
      ? [
          'No archive was named (--archive-url, --archive-role): no storage integration and no external stage.',
        ]
      : [];
  const users = servicePlans
    .filter(
      ({ login }) => settings[login].publicKey === undefined && settings[login].workloadArn === undefined,
    )
    .map(
      ({ login, user }) =>
        `No key and no identity for ${names.shared(user)} (--${login}-key, --${login}-arn): it is left out.`,
    );
  const network =
    settings.allowedIps.length === 0
      ? ['No addresses were named (--allow-ip): service users may log in from anywhere.']
      : [];
  return [...standard, ...archive, ...users, ...network];
}
