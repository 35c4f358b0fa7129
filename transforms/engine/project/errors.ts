import { errorCatalog } from '../../../lib/errors.ts';

/** Errors of the project's files: YAML, folders and settings. What breaks a law of the engine is in ../errors.ts. */
export const projectErrors = errorCatalog({
  PROJECT_FILE_MISSING: {
    summary: 'A file or folder that a project needs is not there.',
    remedy: 'Create it, or give the folder that holds dbt_project.yml.',
    retryable: false,
  },
  PROJECT_YAML_SYNTAX: {
    summary: 'A YAML file cannot be read.',
    remedy: 'Mend the YAML at the place shown.',
    retryable: false,
  },
  PROJECT_YAML_AMBIGUOUS: {
    summary: 'A YAML value without quotes means one thing to one version of dbt and another to the next.',
    remedy: 'Write true or false where a truth value is meant, and quote what is meant as text.',
    retryable: false,
  },
  PROJECT_UNKNOWN_KEY: {
    summary: 'A YAML file holds a key that has no meaning at its place.',
    remedy: 'Check the spelling; custom keys go under meta.',
    retryable: false,
  },
  PROJECT_SETTING_INVALID: {
    summary: 'A setting has a value that it cannot have.',
    remedy: 'Use one of the values named in the message.',
    retryable: false,
  },
  PROJECT_UNSUPPORTED: {
    summary: 'A feature of dbt is used that this engine does not have.',
    remedy: 'Use what the message names instead.',
    retryable: false,
  },
  PROJECT_TARGET_UNKNOWN: {
    summary: 'The profile has no output of that name.',
    remedy: 'Choose one of the outputs in profiles.yml with --target.',
    retryable: false,
  },
  PROJECT_MACRO_INVALID: {
    summary: 'A file under macros/ or tests/generic/ defines something it must not.',
    remedy: 'Put only macros, tests and docs there, each under a name of its own.',
    retryable: false,
  },
});
