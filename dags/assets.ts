import { asset } from '../scheduler/index.ts';

// The raw tables of each source. Produced when something new was loaded; a load with nothing new produces nothing.

export const rawShop = asset('raw.shop');
export const rawStripe = asset('raw.stripe');
export const rawShopify = asset('raw.shopify');
export const rawZendesk = asset('raw.zendesk');
