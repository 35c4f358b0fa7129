/** The file in the folder of the semantic layer that says what the warehouse had to answer. */
export const usageFileName = 'missed-queries.jsonl';
