import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { perform, verb } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface SubjectOptions extends VerbOptions {
  readonly subject: string;
}

interface EraseOptions extends SubjectOptions, ConfirmOptions {
  readonly reason: string;
  readonly acceptPlaintext?: boolean;
}

const subjectHelp = 'the person, as source:id, for example shop:4711 or stripe:cus_123';

/** `shopwave privacy ...` */
export function addPrivacy(program: Command): void {
  const privacy = program.command('privacy').description('personal data: show it, erase it, rotate its keys');
  withConfirmation(
    verb(privacy, 'erase', 'make everything that is kept about a person unreadable, and prove it'),
  )
    .requiredOption('--subject <subject>', subjectHelp)
    .option('--reason <text>', 'kept with the erasure; no personal data', 'requested by the person')
    .option('--accept-plaintext', 'erase although free text somewhere holds the same values')
    .action(({ subject, reason, acceptPlaintext = false, ...options }: EraseOptions) =>
      performConfirmed('privacy.erase', { subject, reason, acceptPlaintext }, options),
    );
  verb(privacy, 'show', 'decrypt everything that is kept about a person, for a request for access')
    .requiredOption('--subject <subject>', subjectHelp)
    .action(({ subject, ...options }: SubjectOptions) => perform('privacy.show', { subject }, options));
  verb(privacy, 'rewrap', 'encrypt persons’ keys by the active master key, to retire the one before').action(
    (options: VerbOptions) => perform('privacy.rewrap', {}, options),
  );
}
