import type { Metric, MetricCatalog } from '../server/metric-catalog.ts';
import type { MetricQuery } from '../server/metric-query.ts';
import { answerOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { createAnswerView } from './answer-view.ts';
import type { AnswerView } from './answer-view.ts';
import { dimensionTitle, metricsNamed } from './catalog-choices.ts';
import { dimensionValues } from './dimension-values.ts';
import { Unauthenticated } from './cube-rest.ts';
import type { CubeRest } from './cube-rest.ts';
import { definitions } from './definitions.ts';
import { announce, button, byId, element } from './dom.ts';
import { problemOf } from './problem.ts';
import { problemBox } from './problem-box.ts';
import { createQueryForm } from './query-form.ts';
import type { QueryForm } from './query-form.ts';
import { servedText } from './served-text.ts';
import { startView } from './start-view.ts';
import { queryOf, readState, startState, writeState } from './state.ts';
import type { ExplorerState } from './state.ts';
import { createStatements } from './statements.ts';
import type { Statements } from './statements.ts';

export interface ExplorerOptions {
  readonly rest: CubeRest;
  readonly catalog: MetricCatalog;
  /** The version of the model that the catalogue is of. */
  readonly model: string;
  /** The model is another one now. */
  readonly onOutdated: () => void;
  /** The credentials have ceased to be valid. */
  readonly onRefused: () => void;
}

/** The page for one person: what is chosen is the address, and what is shown follows from it. */
export class Explorer {
  readonly #options: ExplorerOptions;
  readonly #form: QueryForm;
  readonly #view: AnswerView;
  readonly #statements: Statements;
  #state: ExplorerState = startState;
  /** The query that was asked last, be it answered, refused or still under way. */
  #asked = '';
  #answer: Answer | undefined;
  #asking = new AbortController();
  /** How old an answer is changes while one looks at it. */
  readonly #ageing = setInterval(() => this.#showServed(), 30_000);

  constructor(options: ExplorerOptions) {
    const { rest, catalog } = options;
    const onChange = (part: Partial<ExplorerState>): void => this.#change(part);
    this.#options = options;
    this.#form = createQueryForm(byId('query'), {
      catalog,
      today,
      valuesOf: (metrics, dimension, typed) => dimensionValues(rest, catalog, { metrics, dimension, typed }),
      onChange,
    });
    this.#view = createAnswerView({ catalog, onChange });
    this.#statements = createStatements(byId('sql') as HTMLDetailsElement, byId('statements'));
    byId('start').replaceChildren(
      ...startView(catalog, (metric) => {
        this.#change({ metrics: [metric] });
        this.#form.focus();
      }),
    );
    window.addEventListener('popstate', this.#read);
    this.#read();
  }

  close(): void {
    this.#leave();
    clearInterval(this.#ageing);
    this.#statements.close();
    window.removeEventListener('popstate', this.#read);
  }

  #change(part: Partial<ExplorerState>): void {
    this.#state = { ...this.#state, ...part };
    history.pushState(null, '', `?${writeState(this.#state)}`);
    this.#show();
  }

  readonly #read = (): void => {
    const { state, problems } = readState(location.search);
    this.#state = state;
    this.#show();
    byId('notice').replaceChildren(...(problems.length === 0 ? [] : [notice(problems)]));
  };

  #show(): void {
    const { catalog } = this.#options;
    const metrics = metricsNamed(catalog, this.#state.metrics);
    this.#form.show(this.#state);
    document.title = titleOf(catalog, this.#state, metrics);
    byId('definitions').replaceChildren(...definitions(catalog, metrics));
    const isEmpty = this.#state.metrics.length === 0;
    byId('start').hidden = !isEmpty;
    byId('aside').hidden = isEmpty;
    if (isEmpty) return this.#leave();
    const query = queryOf(this.#state, today());
    const key = JSON.stringify(query);
    if (key === this.#asked) return this.#draw();
    this.#asked = key;
    void this.#ask(query);
  }

  async #ask(query: MetricQuery): Promise<void> {
    const { rest, catalog } = this.#options;
    this.#asking.abort();
    this.#asking = new AbortController();
    // What is still to be seen is the answer to the question before.
    this.#answer = undefined;
    const { signal } = this.#asking;
    document.body.classList.add('waiting');
    try {
      const answer = await answerOf(rest, catalog, query, signal);
      if (signal.aborted) return;
      // What the metrics mean is shown beside the numbers, so both have to be of one model.
      if (isOther(answer.served.model, this.#options.model)) return this.#options.onOutdated();
      this.#answer = answer;
      byId('problem').replaceChildren();
      this.#showServed();
      this.#statements.show(rest, answer.queries);
      this.#draw();
      announce(`${answer.result.rows.length} rows. ${byId('served').textContent ?? ''}`);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      if (!signal.aborted) document.body.classList.remove('waiting');
    }
  }

  #showServed(): void {
    const { served } = this.#answer ?? {};
    byId('served').textContent = served === undefined ? '' : servedText(served, new Date());
    byId('served').classList.toggle('warning', served?.isStale === true);
  }

  #draw(): void {
    if (this.#answer === undefined) return;
    const metrics = metricsNamed(this.#options.catalog, this.#state.metrics);
    this.#view.show(this.#answer.result, metrics, this.#state);
    byId('answer').hidden = false;
  }

  #fail(error: unknown): void {
    const { catalog, onRefused } = this.#options;
    if (error instanceof Unauthenticated) return onRefused();
    const problem = problemOf(error);
    const canSplit = canSplitByCurrency(catalog, metricsNamed(catalog, this.#state.metrics));
    byId('answer').hidden = true;
    this.#showServed();
    byId('problem').replaceChildren(
      problemBox(problem, {
        splitByCurrency: canSplit ? () => this.#change({ by: [...this.#state.by, 'currency'] }) : undefined,
        chooseCurrency: () => this.#form.beginFilter('currency'),
        setDays: () => this.#change({ period: { kind: 'preset', preset: 'last_12_months' } }),
        askAgain: () => {
          this.#asked = '';
          this.#show();
        },
      }),
    );
    announce(`${problem.title}. ${problem.message}`);
  }

  #leave(): void {
    this.#asking.abort();
    this.#asked = '';
    this.#answer = undefined;
    document.body.classList.remove('waiting');
    byId('answer').hidden = true;
    byId('problem').replaceChildren();
    this.#showServed();
  }
}

/** Whether two versions are known to differ: something between here and the server may leave the header out. */
function isOther(left: string, right: string): boolean {
  return left !== '' && right !== '' && left !== right;
}

/** Business days are those of UTC, unless the project says otherwise. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function titleOf(catalog: MetricCatalog, { by }: ExplorerState, metrics: readonly Metric[]): string {
  if (metrics.length === 0) return 'Metrics';
  const split =
    by.length === 0 ? '' : ` by ${by.map((name) => dimensionTitle(catalog, name, metrics)).join(', ')}`;
  return `${metrics.map(({ title }) => title).join(', ')}${split} – Metrics`;
}

function canSplitByCurrency(catalog: MetricCatalog, metrics: readonly Metric[]): boolean {
  return metrics.every(({ view }) =>
    catalog.dimensions.some((each) => each.view === view && each.name === 'currency'),
  );
}

function notice(problems: readonly string[]): HTMLElement {
  const made = element('div', { class: 'problem notice' }, [
    element('p', {}, [`This of the link could not be read, and was left out: ${problems.join(', ')}.`]),
  ]);
  made.append(button('All right', () => made.remove()));
  return made;
}
