import type { Choice } from './choice.ts';
import { announce, button, element } from './dom.ts';

export interface ComboboxOptions {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  /** What fits what was typed. */
  readonly find: (typed: string) => readonly Choice[] | Promise<readonly Choice[]>;
  /** How a chosen value is called. */
  readonly labelOf: (value: string) => string;
  readonly onChange: (values: readonly string[]) => void;
  /** How long to wait for the next letter before it is searched. */
  readonly pauseMs?: number;
  /** Takes what was typed, too, though it was not found. */
  readonly takesText?: boolean;
}

/** A field to choose several things by typing or by arrows: the combobox with a listbox of WAI-ARIA. */
export interface Combobox {
  readonly element: HTMLElement;
  readonly show: (values: readonly string[]) => void;
  readonly focus: () => void;
}

export function createCombobox(options: ComboboxOptions): Combobox {
  return new MultiSelect(options);
}

class MultiSelect implements Combobox {
  readonly element: HTMLElement;
  readonly #options: ComboboxOptions;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #chips: HTMLElement;
  #values: readonly string[] = [];
  #choices: readonly Choice[] = [];
  #active = -1;
  #searches = 0;

  constructor(options: ComboboxOptions) {
    const { id, label, placeholder } = options;
    this.#options = options;
    this.#input = element('input', {
      id,
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder,
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': `${id}-list`,
    });
    this.#list = element('div', {
      id: `${id}-list`,
      role: 'listbox',
      'aria-label': label,
      'aria-multiselectable': 'true',
      hidden: true,
    });
    this.#chips = element('ul', { class: 'chips', 'aria-label': `${label}, chosen` });
    this.element = element('div', { class: 'combobox' }, [
      element('label', { for: id }, [label]),
      this.#chips,
      element('div', { class: 'field' }, [this.#input, this.#list]),
    ]);
    this.#input.addEventListener('input', () => void this.#search());
    this.#input.addEventListener('click', () => void this.#search());
    this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.element.contains(relatedTarget))) this.#close();
    });
    // The focus stays where one types; a press on the list only chooses.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
    this.#list.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
      const choice = this.#choices[Number(option?.dataset['index'])];
      if (choice !== undefined) this.#toggle(choice);
    });
  }

  show(values: readonly string[]): void {
    this.#values = values;
    this.#chips.hidden = values.length === 0;
    this.#chips.replaceChildren(...values.map((value) => this.#chip(value)));
    this.#markSelected();
  }

  focus(): void {
    this.#input.focus();
  }

  #chip(value: string): HTMLElement {
    const label = this.#options.labelOf(value);
    const remove = (): void => {
      const at = this.#values.indexOf(value);
      this.#change(this.#values.filter((each) => each !== value));
      announce(`${label} removed`);
      const buttons = this.#chips.querySelectorAll('button');
      (buttons[Math.min(at, buttons.length - 1)] ?? this.#input).focus();
    };
    const made = button(label, remove, { class: 'chip', 'aria-label': `Remove ${label}` });
    made.append(element('span', { 'aria-hidden': 'true', class: 'cross' }, ['×']));
    return element('li', {}, [made]);
  }

  #change(values: readonly string[]): void {
    this.show(values);
    this.#options.onChange(values);
  }

  async #search(): Promise<void> {
    const typed = this.#input.value.trim();
    this.#searches += 1;
    const search = this.#searches;
    // Whoever types on does not want to know of each letter.
    await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs ?? 0));
    if (search !== this.#searches) return;
    const found = await this.#options.find(typed);
    // Answers may come out of order, and after the field was left.
    if (search !== this.#searches || document.activeElement !== this.#input) return;
    const other =
      this.#options.takesText === true && typed !== '' && !found.some(({ value }) => value === typed);
    this.#choices = other ? [...found, { value: typed, label: typed, hint: 'as typed' }] : found;
    this.#draw();
  }

  #draw(): void {
    const { id } = this.#options;
    const groups = new Map<string, HTMLElement[]>();
    for (const [index, { label, hint, group = '' }] of this.#choices.entries()) {
      const option = element('div', { id: `${id}-${index}`, role: 'option', 'data-index': index }, [
        element('span', {}, [label]),
        hint === undefined ? undefined : element('small', {}, [hint]),
      ]);
      groups.set(group, [...(groups.get(group) ?? []), option]);
    }
    const children = [...groups].flatMap(([name, options]) =>
      name === ''
        ? options
        : [
            element('div', { role: 'group', 'aria-label': name }, [
              element('div', { class: 'group', 'aria-hidden': 'true' }, [name]),
              ...options,
            ]),
          ],
    );
    const nothing = element('div', { class: 'nothing', role: 'presentation' }, ['Nothing fits.']);
    this.#list.replaceChildren(...(children.length === 0 ? [nothing] : children));
    this.#markSelected();
    this.#activate(-1);
    this.#list.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
    announce(`${this.#choices.length} to choose from`);
  }

  #markSelected(): void {
    for (const option of this.#list.querySelectorAll<HTMLElement>('[role=option]')) {
      const choice = this.#choices[Number(option.dataset['index'])];
      const isSelected = choice !== undefined && this.#values.includes(choice.value);
      option.setAttribute('aria-selected', String(isSelected));
    }
  }

  #activate(index: number): void {
    this.#active = index;
    for (const option of this.#list.querySelectorAll<HTMLElement>('[role=option]')) {
      const isActive = Number(option.dataset['index']) === index;
      option.classList.toggle('active', isActive);
      if (!isActive) continue;
      this.#input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    }
    if (index < 0) this.#input.removeAttribute('aria-activedescendant');
  }

  #toggle({ value, label }: Pick<Choice, 'value' | 'label'>): void {
    const isChosen = this.#values.includes(value);
    this.#change(isChosen ? this.#values.filter((each) => each !== value) : [...this.#values, value]);
    announce(`${label} ${isChosen ? 'removed' : 'chosen'}`);
    if (this.#input.value === '') return;
    this.#input.value = '';
    void this.#search();
  }

  #close(): void {
    this.#searches += 1;
    this.#list.hidden = true;
    this.#activate(-1);
    this.#input.setAttribute('aria-expanded', 'false');
  }

  #onKey(event: KeyboardEvent): void {
    const isOpen = !this.#list.hidden;
    const count = this.#choices.length;
    switch (event.key) {
      case 'ArrowDown':
        if (isOpen) this.#activate(count === 0 ? -1 : (this.#active + 1) % count);
        else void this.#search();
        break;
      case 'ArrowUp':
        if (isOpen) this.#activate(this.#active <= 0 ? count - 1 : this.#active - 1);
        else void this.#search();
        break;
      case 'Enter':
        this.#choose();
        break;
      case 'Escape':
        if (isOpen) this.#close();
        else this.#input.value = '';
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** What the arrows point at; else what was typed, where that is taken, or the only one that fits. */
  #choose(): void {
    const typed = this.#input.value.trim();
    const active = this.#choices[this.#active];
    if (active !== undefined) return this.#toggle(active);
    if (this.#options.takesText === true && typed !== '') return this.#toggle({ value: typed, label: typed });
    if (this.#list.hidden) return void this.#search();
    const exact = this.#choices.find(({ label }) => label.toLowerCase() === typed.toLowerCase());
    const found = exact ?? (this.#choices.length === 1 ? this.#choices[0] : undefined);
    if (found !== undefined) this.#toggle(found);
  }
}
