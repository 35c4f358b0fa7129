import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderFields } from '../../../../scheduler/templates/render-fields.ts';
import type { TemplateScope } from '../../../../scheduler/templates/scope.ts';
import { contextOf } from '../../../support/task-context.ts';
import { scheduledRun, scopeOf } from '../../../support/template-scope.ts';

async function rendered(template: string, scope: TemplateScope = scopeOf()): Promise<unknown> {
  return (await renderFields({ field: template }, scope))['field'];
}

/** As Airflow 3 has them for a run of 2026-03-02T10:00 that covers the hour before; times are pendulum 3's. */
test.each([
  ['{{ ds }} {{ ds_nodash }}', '2026-03-02 20260302'],
  ['{{ ts }}', '2026-03-02T10:00:00+00:00'],
  ['{{ ts_nodash }} {{ ts_nodash_with_tz }}', '20260302T100000 20260302T100000+0000'],
  ['{{ logical_date }}', '2026-03-02 10:00:00+00:00'],
  [
    '{{ data_interval_start }} {{ data_interval_end | ts }}',
    '2026-03-02 09:00:00+00:00 2026-03-02T10:00:00+00:00',
  ],
  ["{{ data_interval_start.strftime('%Y/%m/%d/%H') }}", '2026/03/02/09'],
  ['{{ logical_date.isoformat() }}', '2026-03-02T10:00:00+00:00'],
  ['{{ logical_date.to_iso8601_string() }}', '2026-03-02T10:00:00Z'],
  ["{{ logical_date.in_timezone('Europe/Zurich') }}", '2026-03-02 11:00:00+01:00'],
  ['{{ logical_date.add(days=1).to_date_string() }}', '2026-03-03'],
  ['{{ logical_date.subtract(months=1).to_date_string() }}', '2026-02-02'],
  ["{{ logical_date.in_timezone('Europe/Zurich').add(days=40) }}", '2026-04-11 11:00:00+02:00'],
  [
    "{{ logical_date.start_of('month') | ds }} {{ logical_date.end_of('month') | ds }}",
    '2026-03-01 2026-03-31',
  ],
  ["{{ logical_date.start_of('week') | ds }}", '2026-03-02'],
  ['{{ (logical_date - macros.timedelta(days=2)) | ds }}', '2026-02-28'],
  ['{{ (data_interval_end - data_interval_start).total_seconds() }}', '3600.0'],
  ['{{ data_interval_start < data_interval_end }}', 'True'],
  ['{{ macros.ds_add(ds, -5) }} {{ macros.ds_add("2028-02-28", 1) }}', '2026-02-25 2028-02-29'],
  ["{{ macros.ds_format(ds, '%Y-%m-%d', '%m-%d-%y') }}", '03-02-26'],
  ["{{ macros.datetime(2026, 1, 2).strftime('%d.%m.') }}", '02.01.'],
  ["{{ macros.json.dumps({'a': 1}) }} {{ macros.json.loads('[1, 2]')[1] }}", '{"a": 1} 2'],
  ['{{ run_id }}', 'scheduled__2026-03-02T10:00:00+00:00'],
  ['{{ dag.dag_id }} {{ dag.owner }} {{ dag.tags }}', "d data ['x']"],
  ['{{ dag_run.run_type }} {{ dag_run.run_after }}', 'scheduled 2026-03-02 10:00:00+00:00'],
  ['{{ task.task_id }} {{ ti.task_id }} {{ task_instance.try_number }} {{ ti.map_index }}', 't t 1 -1'],
  ['{{ task_instance_key_str }}', 'd__t__20260302'],
  ["{{ 'it''s' if 0 else \"it's\" | quote }}", `'it'"'"'s'`],
  ['a\n', 'a'],
])('%s', async (template, expected) => {
  expect(await rendered(template)).toBe(expected);
});

test('all texts of a field are rendered, at any depth; functions are called and what they return stays', async () => {
  const at = new Date(0);
  const fields = {
    list: ['{{ ds }}', 1],
    map: { day: '{{ ds }}', at },
    made: () => '{{ ds }}',
    none: undefined,
  };
  expect(await renderFields(fields, scopeOf())).toEqual({
    list: ['2026-03-02', 1],
    map: { day: '2026-03-02', at },
    made: '{{ ds }}',
    none: undefined,
  });
});

test('values of the run are never templates themselves', async () => {
  const conf = { evil: '{{ ds }}', day: '2026-01-01', list: [1, 2] };
  const run = { ...scheduledRun, conf };
  const scope = scopeOf(undefined, { run, context: contextOf(undefined as never, { conf, params: conf }) });
  expect(
    await rendered('{{ params.evil }} {{ dag_run.conf.day }} {{ dag_run.conf["list"] | sum }}', scope),
  ).toBe('{{ ds }} 2026-01-01 3');
});

test('xcom_pull gives what a task returned, a list of several, None of none', async () => {
  const values: Readonly<Record<string, unknown>> = { a: { n: 1 }, b: 'two' };
  const xcomPull = async ({ taskId }: { readonly taskId: string }): Promise<never> => values[taskId] as never;
  const scope = scopeOf(undefined, { context: contextOf(undefined as never, { xcomPull }) });
  expect(await rendered("{{ ti.xcom_pull('a').n + 1 }}", scope)).toBe('2');
  expect(await rendered("{{ ti.xcom_pull(task_ids=['a', 'b']) }}", scope)).toBe("[{'n': 1}, 'two']");
  expect(await rendered("{{ ti.xcom_pull('c') }} {{ ti.xcom_pull('c', default=3) }}", scope)).toBe('None 3');
  await expect(rendered("{{ ti.xcom_pull('a', key='other') }}", scope)).rejects.toThrow('only return_value');
});

describe('what cannot be rendered fails the try, and is retried as in Airflow', () => {
  test.each([
    ['{{ params.missing }}', "has no attribute 'missing'"],
    ['{{ dag.nothing }}', "has no attribute 'nothing'"],
    ['{{ ti.xcom_pull(1, 2, 3, 4, 5) }}', 'was given 5 arguments'],
    ['{{ macros.ds_add("2026-99-99", 1) }}', 'there is no time'],
    ['{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}', 'step'],
  ])('%s', async (template, message) => {
    await expect(rendered(template)).rejects.toMatchObject({
      code: 'TEMPLATE_FAILED',
      retryable: true,
      where: 'DAG d, d.dag.ts',
      message: expect.stringMatching(
        new RegExp(`^task t, field field:1:\\d+: .*${message.replaceAll(/[()]/g, '.')}`, 's'),
      ),
    });
  });

  test('a run without a logical date has no ds, and the message says what to use', async () => {
    const scope = scopeOf(undefined, { run: { ...scheduledRun, runType: 'manual', logicalDate: null } });
    await expect(rendered('{{ ds }}', scope)).rejects.toThrow('use data_interval_end');
    expect(await rendered("{{ ds is defined }} {{ ds | default('none') }}", scope)).toBe('False none');
    expect(await rendered('{{ task_instance_key_str }}', scope)).toContain('d__t__scheduled');
  });
});

test('add and subtract of a day keep the clock of the zone, whatever the date', async () => {
  const days = fc.integer({ min: 0, max: 20_000 });
  await fc.assert(
    fc.asyncProperty(days, fc.integer({ min: -400, max: 400 }), async (day, by) => {
      const logicalDate = new Date(day * 86_400_000 + 12 * 3_600_000);
      const scope = scopeOf(undefined, { run: { ...scheduledRun, logicalDate } });
      const zoned = "logical_date.in_timezone('Europe/Zurich')";
      const [before, after] = String(
        await rendered(
          `{{ ${zoned}.to_time_string() }}|{{ ${zoned}.add(days=${by}).to_time_string() }}`,
          scope,
        ),
      ).split('|');
      expect(after).toBe(before);
      expect(
        await rendered(`{{ logical_date.add(days=${by}).subtract(days=${by}) == logical_date }}`, scope),
      ).toBe('True');
    }),
    { numRuns: 60 },
  );
});

test('inlets and outlets are the names of the assets', async () => {
  const scope = scopeOf((t) => {
    const inlets = [{ name: 'raw.shop' }, { name: 'raw.shopify' }];
    t.task('t', { run: () => null, inlets, outlets: [{ name: 'mart' }] });
  });
  expect(await rendered("{{ inlets | join(' ') }} {{ outlets[0] }}", scope)).toBe(
    'raw.shop raw.shopify mart',
  );
});
