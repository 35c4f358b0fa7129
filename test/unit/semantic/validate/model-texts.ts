import { promisedBy } from '../../../../cli/metrics/marts-of-project.ts';
import { ownModel as modelFolder } from '../../../../cli/semantic-settings.ts';
import { projectFolder } from '../../../../cli/transform/project.ts';
import type { Finding } from '../../../../semantic/validate/finding.ts';
import type { Promised } from '../../../../semantic/validate/marts.ts';
import type { Model } from '../../../../semantic/validate/model.ts';
import { readTexts } from '../../../../semantic/validate/read-texts.ts';
import { readModel, validateModel } from '../../../../semantic/validate/validate.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';

/** An edit of one file of the product's model. */
export interface Edit {
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

let promised: Promised | undefined;

/** What the project of the product promises. */
async function shipped(): Promise<Promised> {
  promised ??= promisedBy(await loadProject(projectFolder));
  return promised;
}

/** The product's model with some edits, each of which changes something. */
export async function editedModel(edits: readonly Edit[]): Promise<Model | readonly Finding[]> {
  const texts = await readTexts(modelFolder);
  const edited = texts.map((text) => ({
    ...text,
    content: edits
      .filter(({ file }) => file === text.fileName)
      .reduce((content, { from, to }) => {
        const after = content.replace(from, to);
        if (after === content) throw new Error(`the edit of ${text.fileName} changes nothing`);
        return after;
      }, text.content),
  }));
  const read = readModel(edited);
  return read.kind === 'model' ? read.model : read.findings;
}

/** What the rules find in the product's model after some edits. */
export async function findingsAfter(...edits: readonly Edit[]): Promise<readonly Finding[]> {
  return findingsIn({}, ...edits);
}

/** The same where the project promises something else. */
export async function findingsIn(
  change: Partial<Promised>,
  ...edits: readonly Edit[]
): Promise<readonly Finding[]> {
  const model = await editedModel(edits);
  return 'cubes' in model ? validateModel(model, { ...(await shipped()), ...change }) : model;
}
