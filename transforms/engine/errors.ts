import { errorCatalog } from '../../lib/errors.ts';

export const transformErrors = errorCatalog({
  TRANSFORM_UNKNOWN_REF: {
    summary: 'A model refers to a model or source that does not exist.',
    remedy: 'Check the spelling, or declare the model or source.',
    retryable: false,
  },
  TRANSFORM_LAYER_VIOLATION: {
    summary: 'A model reads a layer it must not read.',
    remedy: 'Only staging reads sources; intermediate and marts read through ref().',
    retryable: false,
  },
  TRANSFORM_CYCLE: {
    summary: 'Models refer to each other in a circle.',
    remedy: 'Break the circle at one of the refs shown.',
    retryable: false,
  },
  TRANSFORM_MISSING_MAPPING: {
    summary: 'A keyed model does not say how changed rows of an input map to its own keys.',
    remedy:
      'Add the input to meta.touched_by in the model\'s YAML, with a column, a select over {{ changed() }}, or "never".',
    retryable: false,
  },
  TRANSFORM_NOT_KEYED: {
    summary: 'A keyed model never restricts itself to the touched keys.',
    remedy:
      "Put `where {{ touched('<key expression>') }}` into the model or the intermediate models it inlines.",
    retryable: false,
  },
  TRANSFORM_PROPERTIES_INVALID: {
    summary: 'A YAML properties file is not valid.',
    remedy: 'Mend the field named in the message.',
    retryable: false,
  },
  TRANSFORM_DUPLICATE_NAME: {
    summary: 'Two models or tests have the same name.',
    remedy: 'Rename one of the files.',
    retryable: false,
  },
  TRANSFORM_TARGET_MISMATCH: {
    summary: 'A target was named whose engine is not that of the warehouse that is open.',
    remedy:
      'Leave --target out, or see its SQL with `shopwave transform compile --target <name>`, which asks no warehouse.',
    retryable: false,
  },
  TRANSFORM_MODEL_FAILED: {
    summary: "The warehouse refused a model's SQL.",
    remedy: 'See the SQL that was sent with `shopwave transform compile --select <model>`.',
    retryable: false,
  },
  TRANSFORM_NOTHING_PUBLISHED: {
    summary: 'No version of the marts was ever published, and this needs one.',
    remedy: 'Build all marts once, without --select: `shopwave transform run`.',
    retryable: false,
  },
  TRANSFORM_STAGE_CONFLICT: {
    summary: 'Another process staged batches at the same time.',
    remedy: 'Nothing was written; the step is tried again by itself.',
    retryable: true,
  },
  TRANSFORM_PUBLISH_CONFLICT: {
    summary: 'Another process published, or staged new batches, while this build ran.',
    remedy: 'Nothing was published; the build is tried again by itself on the new state.',
    retryable: true,
  },
  TRANSFORM_CHECKS_FAILED: {
    summary: 'A blocking check failed; the last good version stays published.',
    remedy:
      'Nothing was published. Correct the data or the model; the next build takes the same changes up again.',
    retryable: false,
  },
});
