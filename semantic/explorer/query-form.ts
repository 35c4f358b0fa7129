import type { Metric, MetricCatalog } from '../server/metric-catalog.ts';
import {
  dimensionChoices,
  dimensionTitle,
  metricChoices,
  metricsNamed,
  sharedDimensions,
  sharedSegments,
} from './catalog-choices.ts';
import { createCombobox } from './combobox.ts';
import type { Choice } from './choice.ts';
import { element } from './dom.ts';
import { createFilterEditor } from './filter-editor.ts';
import { createPeriodPicker } from './period-picker.ts';
import type { ExplorerState } from './state.ts';

export interface QueryFormOptions {
  readonly catalog: MetricCatalog;
  readonly today: () => string;
  /** Values that a dimension of these metrics has. */
  readonly valuesOf: (
    metrics: readonly Metric[],
    dimension: string,
    typed: string,
  ) => Promise<readonly Choice[]>;
  readonly onChange: (change: Partial<ExplorerState>) => void;
}

export interface QueryForm {
  readonly show: (state: ExplorerState) => void;
  /** To the field that everything begins with. */
  readonly focus: () => void;
  readonly beginFilter: (dimension: string) => void;
}

/** All that can be asked for, in the order in which one thinks of it. */
export function createQueryForm(host: HTMLElement, options: QueryFormOptions): QueryForm {
  const { catalog, today, onChange } = options;
  let metrics: readonly Metric[] = [];
  const measures = createCombobox({
    id: 'measures',
    label: 'Measures',
    placeholder: 'Search by name or meaning',
    find: (typed) => metricChoices(catalog, typed),
    labelOf: (name) => metricsNamed(catalog, [name])[0]?.title ?? name,
    onChange: (chosen) => onChange({ metrics: chosen }),
  });
  const split = createCombobox({
    id: 'by',
    label: 'Split by',
    placeholder: 'Search dimensions',
    find: (typed) => dimensionChoices(sharedDimensions(catalog, metrics), typed),
    labelOf: (name) => dimensionTitle(catalog, name, metrics),
    onChange: (by) => onChange({ by }),
  });
  const days = createPeriodPicker({ today, onChange });
  const filters = createFilterEditor({
    dimensions: () => sharedDimensions(catalog, metrics),
    valuesOf: (dimension, typed) => options.valuesOf(metrics, dimension, typed),
    onChange: (chosen) => onChange({ filters: chosen }),
  });
  const segments = element('fieldset', { hidden: true });
  host.replaceChildren(measures.element, split.element, days.element, filters.element, segments);
  host.addEventListener('submit', (event) => event.preventDefault());
  return {
    focus: measures.focus.bind(measures),
    beginFilter: filters.begin.bind(filters),
    show: (state) => {
      metrics = metricsNamed(catalog, state.metrics);
      measures.show(state.metrics);
      split.show(state.by);
      days.show(state.period, state.grain);
      filters.show(state.filters);
      showSegments(segments, catalog, metrics, state.segments, onChange);
    },
  };
}

function showSegments(
  host: HTMLFieldSetElement,
  catalog: MetricCatalog,
  metrics: readonly Metric[],
  chosen: readonly string[],
  onChange: QueryFormOptions['onChange'],
): void {
  const offered = metrics.length === 0 ? [] : sharedSegments(catalog, metrics);
  const known = offered.map(({ name, title, description }) => ({ name, title, description }));
  // What a link names and these metrics do not have can at least be taken away.
  const strange = chosen
    .filter((name) => !offered.some((each) => each.name === name))
    .map((name) => ({ name, title: name, description: 'not a segment of these measures' }));
  const focused = document.activeElement?.id;
  host.replaceChildren(
    element('legend', {}, ['Segments']),
    ...[...known, ...strange].map(({ name, title, description }) => {
      const id = `segment-${name}`;
      const box = element('input', { type: 'checkbox', id, checked: chosen.includes(name) });
      box.addEventListener('change', () =>
        onChange({ segments: box.checked ? [...chosen, name] : chosen.filter((each) => each !== name) }),
      );
      return element('label', { class: 'check', for: id }, [
        box,
        element('span', {}, [title, ' ', element('small', {}, [description])]),
      ]);
    }),
  );
  host.hidden = known.length + strange.length === 0;
  if (focused?.startsWith('segment-') === true) document.getElementById(focused)?.focus();
}
