import type { Model, Project } from '../project/model.ts';
import { erDiagram } from './er-diagram.ts';
import { fenced } from './markdown.ts';
import { martSection } from './mart-section.ts';
import type { Question } from './questions.ts';
import { lineageChart } from './star-lineage.ts';

const heading = `# The star

Generated from \`transforms/\` and \`docs/questions/\`; do not edit. Money is in minor units (\`*_minor\`) of the row's
\`currency\`, \`*_at\` are UTC, \`*_date\` are days of the var \`business_timezone\`. Keys are hashes; -1 stands for unknown,
-2 for not applicable. A column's class is internal unless said: what is personal never leaves as it is.`;

/** Kinds of marts in the order they are read, by the beginning of their names. */
const groups: ReadonlyArray<readonly [title: string, belongs: (name: string) => boolean]> = [
  ['Facts', (name) => name.startsWith('fct_')],
  ['Aggregates', (name) => name.startsWith('agg_')],
  ['Dimensions', (name) => !name.startsWith('fct_') && !name.startsWith('agg_')],
];

/** The page about all marts, as Markdown: pictures, questions, then table by table. */
export function starPage(project: Project, questions: readonly Question[]): string {
  const marts = martsOf(project);
  const sections = groups.map(([title, belongs]) => {
    const members = marts.filter(({ name }) => belongs(name));
    return `## ${title}\n\n${members.map((each) => martSection(project, each)).join('\n\n')}`;
  });
  return `${[
    heading,
    `## How it hangs together\n\n${fenced('mermaid', erDiagram(marts))}`,
    `## Where it comes from\n\n${fenced('mermaid', lineageChart(project, marts))}`,
    `## How do I answer ...\n\nEach query is a file of \`docs/questions/\`, which \`shopwave warehouse query --file\` runs; a test asks each and compares the answer.`,
    ...questions.map(answer),
    ...sections,
  ].join('\n\n')}\n`;
}

/** What people read, by name. */
function martsOf(project: Project): Model[] {
  const isStored = ({ materialization }: Model): boolean => materialization.kind !== 'ephemeral';
  return [...project.models.values()]
    .filter((model) => model.layer === 'marts' && isStored(model))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function answer({ askedBy, title, note, sql }: Question): string {
  return `### ${title}\n\n*${askedBy}.* ${note}\n\n${fenced('sql', sql)}`;
}
