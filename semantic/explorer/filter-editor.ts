import type { Dimension } from '../server/metric-catalog.ts';
import type { Filter } from '../server/query-arguments.ts';
import { createCombobox } from './combobox.ts';
import type { Choice } from './choice.ts';
import { button, element } from './dom.ts';
import { mergedFilters } from './state.ts';

export interface FilterEditorOptions {
  readonly dimensions: () => readonly Dimension[];
  /** Values that a dimension has, of those with `typed` in them. */
  readonly valuesOf: (dimension: string, typed: string) => Promise<readonly Choice[]>;
  readonly onChange: (filters: readonly Filter[]) => void;
}

export interface FilterEditor {
  readonly element: HTMLElement;
  readonly show: (filters: readonly Filter[]) => void;
  /** Begins a filter by this dimension. */
  readonly begin: (dimension: string) => void;
}

const operatorTitles: Readonly<Record<Filter['operator'], string>> = {
  equals: 'is',
  notEquals: 'is not',
  contains: 'contains',
  set: 'has a value',
  notSet: 'has no value',
};
const operators = Object.keys(operatorTitles) as ReadonlyArray<Filter['operator']>;

/** Filters as rows of dimension, operator and values. A row that is not complete yet is not asked for. */
export function createFilterEditor(options: FilterEditorOptions): FilterEditor {
  return new FilterRows(options);
}

class FilterRows implements FilterEditor {
  readonly element: HTMLElement;
  readonly #options: FilterEditorOptions;
  readonly #list = element('div', { class: 'filters' });
  readonly #add: HTMLButtonElement;
  #drafts: readonly Filter[] = [];
  #made = 0;

  constructor(options: FilterEditorOptions) {
    this.#options = options;
    this.#add = button('Add a filter', () => {
      const [first] = options.dimensions().filter(({ type }) => type !== 'time');
      if (first !== undefined) this.#append(first.name, 'select');
    });
    this.element = element('fieldset', {}, [element('legend', {}, ['Filters']), this.#list, this.#add]);
  }

  show(filters: readonly Filter[]): void {
    // What is shown already stays as it is: one may be typing in it.
    if (JSON.stringify(this.#complete()) === JSON.stringify(filters)) return;
    this.#drafts = filters;
    this.#draw();
  }

  begin(dimension: string): void {
    this.#append(dimension, 'input');
  }

  #append(name: string, focused: 'select' | 'input'): void {
    this.#drafts = [...this.#drafts, { name, operator: 'equals', values: [] }];
    this.#draw();
    this.#list.lastElementChild?.querySelector<HTMLElement>(focused)?.focus();
  }

  #complete(): Filter[] {
    return mergedFilters(this.#drafts.filter(isComplete));
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#drafts.map((draft, index) => this.#row(draft, index)));
  }

  #replace(index: number, change: Partial<Filter>): void {
    this.#drafts = this.#drafts.map((draft, at) => (at === index ? { ...draft, ...change } : draft));
    this.#options.onChange(this.#complete());
  }

  #remove(index: number): void {
    this.#drafts = this.#drafts.filter((_, at) => at !== index);
    this.#draw();
    this.#options.onChange(this.#complete());
    this.#add.focus();
  }

  #row(draft: Filter, index: number): HTMLElement {
    this.#made += 1;
    const id = `filter-${this.#made}`;
    const dimensions = this.#options.dimensions();
    const dimension = select(`${id}-dimension`, 'Filter by', dimensionOptions(dimensions, draft.name));
    dimension.value = draft.name;
    const operator = select(`${id}-operator`, 'How', operatorsFor(dimensions, draft.name));
    operator.value = draft.operator;
    const redraw = (focused: string): void => {
      this.#draw();
      this.#list.children[index]?.querySelector<HTMLElement>(focused)?.focus();
    };
    dimension.addEventListener('change', () => {
      this.#replace(index, { name: dimension.value, operator: 'equals', values: [] });
      redraw('select');
    });
    operator.addEventListener('change', () => {
      const chosen = operators.find((each) => each === operator.value) ?? 'equals';
      const values = needsValues(chosen) ? (this.#drafts[index]?.values ?? []) : [];
      this.#replace(index, { operator: chosen, values });
      redraw('select:nth-of-type(2)');
    });
    const title = dimension.selectedOptions[0]?.textContent ?? draft.name;
    const label = `Remove the filter by ${title}`;
    return element('div', { class: 'filter', role: 'group', 'aria-label': `Filter by ${title}` }, [
      dimension,
      operator,
      button('×', () => this.#remove(index), { class: 'remove', 'aria-label': label }),
      needsValues(draft.operator) ? this.#values(id, draft, index) : undefined,
    ]);
  }

  #values(id: string, { name, values }: Filter, index: number): HTMLElement {
    const box = createCombobox({
      id: `${id}-values`,
      label: 'Values',
      placeholder: 'Type or choose',
      pauseMs: 150,
      takesText: true,
      find: (typed) => this.#options.valuesOf(name, typed),
      labelOf: (value) => (value === '' ? '(empty text)' : value),
      onChange: (chosen) => this.#replace(index, { values: chosen }),
    });
    box.show(values);
    return box.element;
  }
}

function needsValues(operator: Filter['operator']): boolean {
  return operator !== 'set' && operator !== 'notSet';
}

function isComplete({ operator, values }: Filter): boolean {
  return !needsValues(operator) || values.length > 0;
}

function dimensionOptions(dimensions: readonly Dimension[], chosen: string): HTMLOptionElement[] {
  const usable = dimensions.filter(({ type }) => type !== 'time');
  const known = usable.some(({ name }) => name === chosen);
  return [
    ...usable.map(({ name, title }) => element('option', { value: name }, [title])),
    ...(known ? [] : [element('option', { value: chosen }, [chosen])]),
  ];
}

/** Parts of a number are no question that a number answers. */
function operatorsFor(dimensions: readonly Dimension[], name: string): HTMLOptionElement[] {
  const isText = dimensions.find((each) => each.name === name)?.type === 'string';
  return operators
    .filter((operator) => operator !== 'contains' || isText)
    .map((operator) => element('option', { value: operator }, [operatorTitles[operator]]));
}

function select(id: string, label: string, options: readonly HTMLOptionElement[]): HTMLSelectElement {
  return element('select', { id, 'aria-label': label }, options);
}
