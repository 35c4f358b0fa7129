import type { MetricCatalog } from '../server/metric-catalog.ts';
import { button, element } from './dom.ts';

/** What there is, for who does not know yet what to ask for. */
export function startView(catalog: MetricCatalog, onChosen: (metric: string) => void): HTMLElement[] {
  const views = catalog.views
    .map((view) => ({ view, metrics: catalog.metrics.filter((metric) => metric.view === view.name) }))
    .filter(({ metrics }) => metrics.length > 0);
  if (views.length === 0) return [element('p', {}, ['There are no measures that you may see.'])];
  return [
    element('p', {}, ['Choose a measure, or search for one by what it means.']),
    element(
      'div',
      { class: 'views' },
      views.map(({ view, metrics }) =>
        element('section', { 'aria-label': view.title }, [
          element('h2', {}, [view.title]),
          element('p', { class: 'quiet' }, [view.description]),
          element(
            'div',
            { class: 'metrics' },
            metrics.map(({ name, title, description }) =>
              button(title, () => onChosen(name), { title: description }),
            ),
          ),
        ]),
      ),
    ),
  ];
}
