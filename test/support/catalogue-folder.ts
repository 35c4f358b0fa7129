import os from 'node:os';
import path from 'node:path';

/** Where tests keep the files of an empty catalogue: made once, by whoever comes first. */
export const catalogueFolder = path.join(os.tmpdir(), `shopwave-catalogue-${os.userInfo().uid}`);
