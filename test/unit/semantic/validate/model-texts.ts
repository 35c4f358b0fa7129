import { martsOf } from '../../../../cli/metrics/marts-of-project.ts';
import { modelFolder } from '../../../../cli/metrics/validate.ts';
import { projectFolder } from '../../../../cli/transform/project.ts';
import type { Finding } from '../../../../semantic/validate/finding.ts';
import type { Marts } from '../../../../semantic/validate/marts.ts';
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

let marts: Marts | undefined;

/** The columns that the marts of the product promise. */
export async function shippedMarts(): Promise<Marts> {
  marts ??= martsOf(await loadProject(projectFolder));
  return marts;
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
  const model = await editedModel(edits);
  return 'cubes' in model ? validateModel(model, await shippedMarts()) : model;
}
