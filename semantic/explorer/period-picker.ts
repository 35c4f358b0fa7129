import { grains } from '../server/query-arguments.ts';
import type { Grain } from '../server/query-arguments.ts';
import { element } from './dom.ts';
import { daysOf, grainTitles, isPreset, presets } from './period.ts';
import type { Period } from './period.ts';

export interface PeriodPicker {
  readonly element: HTMLElement;
  readonly show: (period: Period, grain: Grain | undefined) => void;
}

export interface PeriodPickerOptions {
  readonly today: () => string;
  readonly onChange: (change: { readonly period: Period; readonly grain: Grain | undefined }) => void;
}

/** Which days, and by what they are told. */
export function createPeriodPicker({ today, onChange }: PeriodPickerOptions): PeriodPicker {
  const period = element('select', { id: 'period' }, [
    ...Object.entries(presets).map(([value, title]) => element('option', { value }, [title])),
    element('option', { value: 'all' }, ['All days']),
    element('option', { value: 'own' }, ['Own days']),
  ]);
  const from = element('input', { id: 'from', type: 'date' });
  const to = element('input', { id: 'to', type: 'date' });
  const own = element('div', { class: 'days', hidden: true }, [
    element('div', {}, [element('label', { for: 'from' }, ['First day']), from]),
    element('div', {}, [element('label', { for: 'to' }, ['Last day']), to]),
  ]);
  const grain = element('select', { id: 'grain' }, [
    ...grains.map((each) => element('option', { value: each }, [grainTitles[each]])),
    element('option', { value: '' }, ['In total']),
  ]);
  let shown: Period = { kind: 'all' };
  const chosenGrain = (): Grain | undefined => grains.find((each) => each === grain.value);
  const tell = (chosen: Period): void => onChange({ period: chosen, grain: chosenGrain() });
  period.addEventListener('change', () => {
    // Own days begin with those that were shown.
    if (period.value === 'own') tell({ kind: 'own', ...daysOf(shown, today()) });
    else tell(isPreset(period.value) ? { kind: 'preset', preset: period.value } : { kind: 'all' });
  });
  grain.addEventListener('change', () => tell(shown));
  for (const day of [from, to]) {
    day.addEventListener('change', () =>
      tell({ kind: 'own', from: from.value || undefined, to: to.value || undefined }),
    );
  }
  return {
    element: element('fieldset', {}, [
      element('legend', {}, ['Days']),
      element('label', { for: 'period' }, ['Period']),
      period,
      own,
      element('label', { for: 'grain' }, ['Told by']),
      grain,
    ]),
    show: (given, givenGrain) => {
      shown = given;
      period.value = given.kind === 'preset' ? given.preset : given.kind;
      own.hidden = given.kind !== 'own';
      const days = daysOf(given, today());
      // A day that is half typed must not be taken away.
      if (from.value !== (days.from ?? '')) from.value = days.from ?? '';
      if (to.value !== (days.to ?? '')) to.value = days.to ?? '';
      grain.value = givenGrain ?? '';
    },
  };
}
