import type { Logger } from '../../lib/logger.ts';
import type { Finding } from '../validate/finding.ts';
import type { Model } from '../validate/model.ts';
import type { Access } from './access/access.ts';
import type { OpenCubeReader } from './cube-reader.ts';
import type { PublicationNews } from './publications.ts';
import type { ModelState } from './reload/model-host.ts';
import type { MartChanges } from './rollups/refresh.ts';

export interface SemanticOptions {
  /** Makes the way to the warehouse: createDuckdbReader or createSnowflakeReader. */
  readonly openReader: OpenCubeReader;
  /** The folder with cubes/ and views/. */
  readonly modelDir: string;
  readonly logger: Logger;
  /** Who may ask over HTTP; left out, whoever reaches the loopback address may, for everything. */
  readonly access?: Access | undefined;
  /** The publication that the marts are at now; left out before the first. */
  readonly publication?: PublicationNews | undefined;
  /** Follow the files of the model: what they say is served without a restart. */
  readonly watchModel?: boolean;
  /** What the rules find wrong with an edited model, which is not served then; left out, they are not asked. */
  readonly findingsOf?: (model: Model) => Promise<readonly Finding[]>;
  /** Another model serves, or the files are broken, or no more. */
  readonly onModelChange?: (state: ModelState) => void;
  /** The file that rollups are kept in, this process's own; left out, they live in memory. */
  readonly rollupsFile?: string;
  /** Where queries that the warehouse had to answer are remembered, for `metrics advise`; left out, nowhere. */
  readonly usageFile?: string;
  /** Which months a publication has changed; left out, it has changed all of them. */
  readonly martChanges?: MartChanges;
  /** A statement that runs longer is ended. */
  readonly statementTimeoutSec?: number;
}
