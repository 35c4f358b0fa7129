import { expect, test } from 'vitest';
import { bash, sql } from '../../../../scheduler/index.ts';
import { loaded } from '../loaded.ts';

function load(command: string, env: Readonly<Record<string, string>> = {}): void {
  loaded({ tasks: (t) => void t.task('say', bash({ command, env })) });
}

test.each([
  ['{{ ds', /field command:1:\d+: /, undefined],
  ['{{ dss }}', /field command:1:4: there is no name dss/, 'Did you mean ds?'],
  ['{{ execution_date }}', /Airflow 3 has no execution_date/, 'Use logical_date.'],
  ['echo\n  {{ nothing.at.all }}', /field command:2:6: there is no name nothing/, undefined],
  ['{{ ds | nofilter }}', /nofilter/, undefined],
])('%s is refused when the file is loaded', (command, message, remedy) => {
  const problem = { code: 'TEMPLATE_INVALID', message: expect.stringMatching(message), where: 'd.dag.ts' };
  expect(() => load(command)).toThrow(
    expect.objectContaining(remedy === undefined ? problem : { ...problem, remedy }),
  );
});

test.each([
  'echo {{ params.day }}',
  'echo {{ dag_run.conf.day }}',
  'echo {{ dag_run["conf"]["day"] }}',
  "echo {{ 'x' ~ params.day }}",
  '{% set day = params.day %}echo {{ day }}',
  '{% for day in params.days %}echo {{ day }}; {% endfor %}',
  'echo {{ (params.day | quote) ~ params.day }}',
  "echo {{ params.day if params.is_set else 'x' }}",
])('a shell never runs what people give a run: %s', (command) => {
  expect(() => load(command)).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_INVALID', remedy: expect.stringContaining('env') }),
  );
});

test.each([
  'echo {{ params.day | quote }} {{ params.n | int }} {{ dag_run.run_id }} {{ ds }}',
  "sync {{ '--full' if params.full else '' }} {% if dag_run.conf.fast %}--fast{% endif %}",
  "echo {{ missing | default('x') }} {% set own = ds %}{{ own }} {% for i in [1, 2] %}{{ loop.index }}{% endfor %}",
])('what is quoted, a number or only decided by is allowed: %s', (command) => {
  load(command);
});

test('env and SQL take values of the run', () => {
  load('echo "$DAY"', { DAY: '{{ params.day }}' });
  const service = (): never => undefined as never;
  loaded({
    tasks: (t) => void t.task('q', sql({ service, sql: 'select {{ params.n }}', parameters: ['{{ ds }}'] })),
  });
  expect(() => loaded({ tasks: (t) => void t.task('q', sql({ service, sql: 'select {{ x }}' })) })).toThrow(
    expect.objectContaining({ message: expect.stringContaining('task q, field sql:1:11') }),
  );
});
