/**
 * Fields of an operator by name. Texts in them, at any depth, are Jinja templates with Airflow's context names, rendered
 * just before each attempt. A function is called with the task's context instead, and what it returns stays as it is.
 */
export type TemplateFields = Readonly<Record<string, unknown>>;

export type NoFields = Readonly<Record<string, never>>;

/** The fields as the work of the task gets them. */
export type Rendered<Fields> = { readonly [Name in keyof Fields]: RenderedField<Fields[Name]> };

type RenderedField<Field> = Field extends (...args: never[]) => infer Value ? Awaited<Value> : Field;
