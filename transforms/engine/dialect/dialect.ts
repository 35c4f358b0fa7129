import type { Capabilities } from '../../../warehouse/capabilities.ts';

/** The engines that every macro has a rendering for. */
export type Dialect = Capabilities['dialect'];
