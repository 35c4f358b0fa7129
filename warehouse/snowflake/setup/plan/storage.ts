import type { Item } from '../item.ts';
import type { Names } from '../names.ts';
import type { SetupSettings } from '../settings.ts';

/** Where files are read from: an internal stage for what is uploaded, and the archive's bucket where there is one. */
export function storageItems(names: Names, { archive }: SetupSettings): Item[] {
  const owner = names.role('ADMIN');
  const landing = names.meta('LANDING');
  const format = names.meta('LANDED_LINES');
  const internal: Item[] = [
    {
      item: 'object',
      type: 'file format',
      name: format,
      properties: {
        type: 'JSON',
        compression: 'GZIP',
        strip_outer_array: 'false',
        comment: 'Landed files: one JSON object a line, gzipped.',
      },
    },
    { item: 'owner', on: 'file format', name: format, role: owner },
    {
      item: 'object',
      type: 'stage',
      name: landing,
      properties: { comment: 'Landed files on their way into raw; removed once they are loaded.' },
    },
    { item: 'owner', on: 'stage', name: landing, role: owner },
  ];
  return archive === undefined ? internal : [...internal, ...archiveItems(names, archive)];
}

function archiveItems(names: Names, { url, roleArn }: NonNullable<SetupSettings['archive']>): Item[] {
  const integration = names.shared('ARCHIVE');
  const stage = names.meta('ARCHIVE');
  return [
    {
      item: 'object',
      type: 'storage integration',
      name: integration,
      properties: {
        type: 'EXTERNAL_STAGE',
        storage_provider: 'S3',
        enabled: 'true',
        storage_aws_role_arn: roleArn,
        storage_allowed_locations: [url],
        comment: 'Lets Snowflake read the archive of landed files, and nothing else, without a stored key.',
      },
    },
    {
      item: 'object',
      type: 'stage',
      name: stage,
      properties: {
        url,
        storage_integration: integration,
        comment: 'The archive of landed files, read where it lies.',
      },
    },
    { item: 'owner', on: 'stage', name: stage, role: names.role('ADMIN') },
  ];
}

/** Who may read and write files. */
export function storageGrants(names: Names, { archive }: SetupSettings): Item[] {
  const role = names.role('LOADER');
  const landing = names.meta('LANDING');
  const internal: Item[] = [
    { item: 'grant', privilege: 'USAGE', on: 'file format', name: names.meta('LANDED_LINES'), role },
    { item: 'grant', privilege: 'READ', on: 'stage', name: landing, role },
    { item: 'grant', privilege: 'WRITE', on: 'stage', name: landing, role },
  ];
  if (archive === undefined) return internal;
  return [
    ...internal,
    // Of the stage's owner, or the stage can no longer be altered.
    {
      item: 'grant',
      privilege: 'USAGE',
      on: 'integration',
      name: names.shared('ARCHIVE'),
      role: names.role('ADMIN'),
    },
    { item: 'grant', privilege: 'USAGE', on: 'stage', name: names.meta('ARCHIVE'), role },
  ];
}
