import { z } from 'zod';
import { compactedTexts } from '../../ingest/archive/compacted-texts.ts';
import { archiveCopies, warehouseCopies } from '../../ingest/pci/copies.ts';
import { eraseSubject, showSubject } from '../../ingest/pci/erasure.ts';
import type { ErasureReport, PrivacyDeps } from '../../ingest/pci/erasure.ts';
import { rewrapKeys } from '../../ingest/pci/rewrap.ts';
import { archiveDeps } from './archive-deps.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { OperationContext } from './operation.ts';

const subject = z.string().min(1);

/** Makes a person's encrypted values unreadable everywhere, and proves it. */
export const privacyErase = defineOperation({
  name: 'privacy.erase',
  input: z.object({
    subject,
    reason: z.string().min(1),
    dryRun: z.boolean(),
    acceptPlaintext: z.boolean().default(false),
  }),
  run: async ({ subject, reason, dryRun, acceptPlaintext }, context) => {
    const report = await eraseSubject(await depsOf(context), {
      subject,
      reason,
      isDryRun: dryRun,
      acceptsPlaintext: acceptPlaintext,
    });
    return rowsResult(
      report.places.map(({ place, values }) => ({
        place,
        values,
        state: report.readable === 0 ? 'unreadable' : 'readable',
      })),
      { columns: ['place', 'values', 'state'], notes: notesOf(report) },
    );
  },
});

/** Everything that is kept encrypted about a person, for a request for access. */
export const privacyShow = defineOperation({
  name: 'privacy.show',
  input: z.object({ subject }),
  run: async ({ subject }, context) => {
    const deps = await depsOf(context);
    // Whoever reads somebody's data leaves a trace; what was read does not.
    context.platform.logger.info('personal data shown', { subject });
    const [shown, tombstone] = await Promise.all([
      showSubject(deps, subject),
      deps.protection.keyStore.tombstone(subject),
    ]);
    return rowsResult(
      shown.map((each) => ({ ...each })),
      {
        columns: ['field', 'value', 'copies', 'firstPlace'],
        notes:
          tombstone === undefined ? [] : [`${subject} was erased at ${tombstone.erasedAt.toISOString()}`],
      },
    );
  },
});

/** Wraps persons' keys by the active master key, the last step before the one before is taken out. */
export const privacyRewrap = defineOperation({
  name: 'privacy.rewrap',
  input: z.object({}),
  run: async (_, { platform, onProgress, signal }) => {
    const protection = await platform.protection();
    const keys = await rewrapKeys(protection, onProgress, signal);
    return rowsResult([{ 'active key': protection.master.active, 'keys wrapped anew': keys }]);
  },
});

async function depsOf(context: OperationContext): Promise<PrivacyDeps> {
  const { platform, onProgress, signal } = context;
  const [protection, archive, warehouse] = await Promise.all([
    platform.protection(),
    archiveDeps(context),
    platform.warehouse(),
  ]);
  const copies = [archiveCopies(archive.store, await compactedTexts(archive)), warehouseCopies(warehouse)];
  return { protection, copies, onProgress, signal };
}

function notesOf({
  subject,
  isDryRun,
  keys,
  tombstone,
  linked,
  unsearched,
  ...found
}: ErasureReport): string[] {
  const { plaintext, isSearched } = found;
  return [
    isDryRun
      ? `${keys} keys of ${subject} would be deleted; nothing was changed`
      : `${keys} keys of ${subject} were deleted; not one value decrypts`,
    isSearched
      ? `places that hold the same values in plain text: ${plaintext.length}`
      : 'plain text was not searched for: without a key nobody knows what to look for',
    ...plaintext.map(({ place, values }) => `plain text, ${values} times: ${place}`),
    ...(tombstone === undefined
      ? []
      : [`erased since ${tombstone.erasedAt.toISOString()}: ${tombstone.reason}`]),
    ...linked.map(
      (other) => `${other} has the same e-mail address; erase it as well if it is the same person`,
    ),
    ...(unsearched.length === 0
      ? []
      : [
          `${unsearched.length} compacted files were not searched; what is encrypted in them is unreadable too`,
        ]),
    ...(isDryRun ? [] : ['backups of the control store hold deleted keys until they expire']),
  ];
}
