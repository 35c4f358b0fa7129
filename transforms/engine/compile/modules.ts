import type { Value } from '../../../lib/jinja/values.ts';
import { Namespace } from '../../../lib/jinja/host.ts';
import { datetimeModule, pytzModule } from '../../../lib/jinja/datetime/modules.ts';
import { itertoolsModule } from './modules-itertools.ts';
import { reModule } from './modules-re.ts';

const table = new Map<string, Value>([
  ['datetime', datetimeModule],
  ['pytz', pytzModule],
  ['re', reModule],
  ['itertools', itertoolsModule],
]);

/** `modules`: the parts of Python's library that dbt gives to templates, as far as models need them. */
export const modules: Value = new Namespace('modules', table);
