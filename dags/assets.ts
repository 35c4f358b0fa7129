import { asset } from '../scheduler/index.ts';

/** The shop's raw tables. Produced when a batch of changes was loaded; a load with nothing new produces nothing. */
export const rawShop = asset('raw.shop');
