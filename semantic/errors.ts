import { errorCatalog } from '../lib/errors.ts';

export const semanticErrors = errorCatalog({
  SEMANTIC_MODEL_MISSING: {
    summary: 'The folder of the metric model holds no YAML file.',
    remedy: 'Point the semantic layer at the folder that holds cubes/ and views/.',
    retryable: false,
  },
  SEMANTIC_MODEL_INVALID: {
    summary: 'A metric model file does not compile.',
    remedy: 'Correct the file at the line named here; `shopwave metrics validate` lists all that is wrong.',
    retryable: false,
  },
  SEMANTIC_LOCK_UNREADABLE: {
    summary: 'The list of published metrics cannot be read.',
    remedy: 'Take metrics.lock.yml from version control; `shopwave metrics lock` writes it anew.',
    retryable: false,
  },
  SEMANTIC_GOLDEN_INVALID: {
    summary: 'A file of golden queries is wrong.',
    remedy: 'Correct the file at the line named here; semantic/golden/golden.yml shows how it is written.',
    retryable: false,
  },
  SEMANTIC_MODEL_TEMPLATED: {
    summary: 'A metric model file uses Jinja, which only the native binary of Cube can render.',
    remedy:
      'Write the value out, or refer to a member with {name}; or run where @cubejs-backend/native has its binary.',
    retryable: false,
  },
  SEMANTIC_MODEL_COLUMN_UNKNOWN: {
    summary: 'A metric model file names a column that the published mart does not have.',
    remedy: 'Correct the column in the file named here, or publish the mart that has it.',
    retryable: false,
  },
  SEMANTIC_NATIVE_MISSING: {
    summary: 'A feature of Cube was used that lives in its native binary, which is not installed here.',
    remedy: 'Use the REST API (/cubejs-api/v1/load), which needs no binary.',
    retryable: false,
  },
  SEMANTIC_MEMBER_HIDDEN: {
    summary: 'A query asked for a member that is not public.',
    remedy: 'Query the views that /cubejs-api/v1/meta lists; cubes are private.',
    retryable: false,
  },
  SEMANTIC_MEMBER_UNKNOWN: {
    summary: 'A query asked for a member that does not exist, or not for whoever asks.',
    remedy: 'Query what /cubejs-api/v1/meta lists; who should see more is told so by the access file.',
    retryable: false,
  },
  SEMANTIC_UNAUTHENTICATED: {
    summary: 'A query came without credentials, or with such as are not valid, or no longer.',
    remedy: 'Send `Authorization: Basic` with user and secret, or a valid token; docs/access.md says how.',
    retryable: false,
  },
  SEMANTIC_ACCESS_INVALID: {
    summary: 'The file that says who may see which metrics is wrong.',
    remedy: 'Correct the file at the line named here; docs/access.md says what it may hold.',
    retryable: false,
  },
  SEMANTIC_METRIC_UNKNOWN: {
    summary: 'No metric has this name.',
    remedy: '`shopwave metrics list` shows every metric.',
    retryable: false,
  },
  SEMANTIC_DIMENSION_UNKNOWN: {
    summary: 'A metric cannot be split or filtered by this name.',
    remedy: 'Use one of the dimensions named here.',
    retryable: false,
  },
  SEMANTIC_SEGMENT_UNKNOWN: {
    summary: 'A metric has no segment of this name.',
    remedy: 'Use one of the segments named here.',
    retryable: false,
  },
  SEMANTIC_ARGUMENT_INVALID: {
    summary: 'A filter, a date or a grain could not be read.',
    remedy: 'Filters are name=value or name!=value, several values with commas; dates are YYYY-MM-DD.',
    retryable: false,
  },
  SEMANTIC_MIXED_CURRENCIES: {
    summary: 'A money metric would have added amounts of different currencies.',
    remedy: 'Split the metric by currency, or filter to one currency.',
    retryable: false,
  },
  SEMANTIC_NOT_PUBLISHED: {
    summary: 'The mart behind this metric has not been published yet.',
    remedy: 'Wait for the first publication; `shopwave status` shows how far it is.',
    retryable: true,
  },
  SEMANTIC_QUERY_REJECTED: {
    summary: 'Cube refused the query.',
    remedy: 'Compare the query with /cubejs-api/v1/meta.',
    retryable: false,
  },
  SEMANTIC_QUERY_FAILED: {
    summary: 'The warehouse could not answer a metric query.',
    remedy: 'Read the message; /cubejs-api/v1/sql shows the statement that was sent.',
    retryable: true,
  },
  SEMANTIC_QUERY_TIMEOUT: {
    summary:
      'The statement of a metric query ran longer than one may (semantic.statement_timeout), and was ended.',
    remedy:
      'Ask for a shorter period or fewer dimensions; `shopwave metrics advise` says which rollup would answer it.',
    retryable: false,
  },
  SEMANTIC_RESULT_TOO_LARGE: {
    summary: 'A metric query has more rows than one answer may hold; a cut answer would be a wrong one.',
    remedy: 'Ask for a coarser grain, fewer dimensions or a shorter period.',
    retryable: false,
  },
  SEMANTIC_QUERIES_TOO_MANY: {
    summary: 'A user has as many queries running as their groups may have at once.',
    remedy: 'Wait for one of them; the access file states the limit of each group.',
    retryable: true,
  },
  SEMANTIC_OVERTAKEN: {
    summary: 'The parts of an answer were of different publications, however often they were asked for.',
    remedy: 'Ask again; publications are minutes apart, as a rule.',
    retryable: true,
  },
  SEMANTIC_SQL_TLS_INVALID: {
    summary: 'Certificate or key of the SQL API cannot be used.',
    remedy: 'Correct semantic.sql.tls in shopwave.yml: both are files in PEM, and belong together.',
    retryable: false,
  },
  SEMANTIC_SQL_PORT_UNUSABLE: {
    summary: 'The SQL API cannot listen on its port.',
    remedy: 'Free the port, or set another one as semantic.sql.port in shopwave.yml; 0 for any that is free.',
    retryable: false,
  },
  SEMANTIC_STOPPED: {
    summary: 'The semantic layer is stopped.',
    remedy: 'Start the platform again.',
    retryable: false,
  },
});
