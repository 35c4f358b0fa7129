import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A question that somebody asks of the star, and the query that answers it. */
export interface Question {
  /** The file's name without ending. */
  readonly name: string;
  /** Who asks: finance, operations, support. */
  readonly askedBy: string;
  readonly title: string;
  /** What the answer means and what it leaves out. */
  readonly note: string;
  readonly sql: string;
}

const opening = /^-- (?<askedBy>\w+): (?<title>.+)\n(?<note>(?:-- .*\n)*)(?<sql>[^]+)$/;

/**
 * The questions of a folder in the order of their names. A file is one query over the marts; its first line says who
 * asks what, the comment lines after it what the answer means.
 */
export async function readQuestions(folder: string): Promise<Question[]> {
  const names = (await readdir(folder)).filter((each) => each.endsWith('.sql')).toSorted();
  return await Promise.all(
    names.map(async (name) => toQuestion(name, await readFile(path.join(folder, name), 'utf8'))),
  );
}

function toQuestion(file: string, text: string): Question {
  const parts = opening.exec(text)?.groups;
  return {
    name: file.replace(/\.sql$/, ''),
    askedBy: parts?.['askedBy'] ?? '',
    title: parts?.['title'] ?? file,
    note: (parts?.['note'] ?? '').replaceAll(/^-- /gm, '').replaceAll('\n', ' ').trim(),
    sql: (parts?.['sql'] ?? text).trim(),
  };
}
