import { marts } from './error-case.ts';
import type { Row } from './error-case.ts';

export const testsErrors: readonly Row[] = [
  // tests
  {
    what: 'unknown test',
    files: marts('    data_tests: [uniqe]\n'),
    code: 'PROJECT_UNKNOWN_KEY',
    where: '_marts.yml:7:18',
    says: 'did you mean unique?',
  },
  {
    what: 'a test of a package',
    files: marts('    data_tests: [dbt_utils.not_constant]\n'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:18',
    says: 'package',
  },
  {
    what: 'arguments in the old place',
    files: marts(
      '    columns:\n      - name: x\n        data_tests:\n          - accepted_values: { values: [a] }\n',
    ),
    code: 'PROJECT_UNKNOWN_KEY',
    where: '_marts.yml:10:32',
    says: 'values must stand under arguments:',
  },
  {
    what: 'settings in the old place',
    files: marts(
      '    columns:\n      - name: x\n        data_tests:\n          - unique: { severity: warn }\n',
    ),
    code: 'PROJECT_UNKNOWN_KEY',
    where: '_marts.yml:10:23',
    says: 'severity must stand under config:',
  },
  {
    what: 'a threshold that is none',
    files: marts(
      '    columns:\n      - name: x\n        data_tests:\n          - unique: { config: { error_if: many } }\n',
    ),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:10:43',
    says: 'compare a number of failures',
  },
  {
    what: 'a missing argument',
    files: marts(
      '    columns:\n      - name: x\n        data_tests:\n          - relationships: { arguments: { field: y } }\n',
    ),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:10:1',
    says: 'needs the argument to',
  },
  {
    what: 'a relationship to nothing',
    files: marts(
      "    columns:\n      - name: x\n        data_tests:\n          - relationships: { arguments: { to: ref('fct_order'), field: y } }\n",
    ),
    code: 'TRANSFORM_UNKNOWN_REF',
    where: '_marts.yml:10:4',
    says: 'did you mean fct_orders?',
  },
  {
    what: 'a column test on a model',
    files: marts('    data_tests: [unique]\n'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:1',
    says: 'under a column',
  },
  {
    what: 'a unit test of no model',
    files: {
      'models/marts/u.yml': 'unit_tests:\n  - name: u\n    model: fct_order\n    expect: { rows: [] }\n',
    },
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:3:12',
    says: 'did you mean fct_orders?',
  },
  {
    what: 'an input that is none',
    files: {
      'models/marts/u.yml':
        "unit_tests:\n  - name: u\n    model: fct_orders\n    given: [{ input: ref('int_order') }]\n    expect: { rows: [] }\n",
    },
    code: 'TRANSFORM_UNKNOWN_REF',
    where: 'u.yml:4:2',
    says: 'did you mean int_orders?',
  },
  {
    what: 'an exposure on nothing',
    files: {
      'models/marts/e.yml':
        "exposures:\n  - name: e\n    type: dashboard\n    owner: { name: x }\n    depends_on:\n      - ref('fct_order')\n",
    },
    code: 'TRANSFORM_UNKNOWN_REF',
    where: 'e.yml:6:',
    says: 'did you mean fct_orders?',
  },
  {
    what: 'a docs block that is none',
    files: marts(
      '    data_tests: []\n    columns:\n      - name: x\n        description: "{{ doc(\'key\') }}"\n',
    ),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:10:2',
    says: 'docs block key',
  },
];
