/** Word lists and shares that make the simulated shop look like one. Data only. */

/** Where customers live, how many of them, and the sales tax that their orders carry. */
export const countries = [
  { code: 'US', weight: 58, taxPercent: 8, cities: ['Austin', 'Boston', 'Chicago', 'Denver', 'Seattle'] },
  { code: 'CA', weight: 12, taxPercent: 13, cities: ['Calgary', 'Montreal', 'Toronto', 'Vancouver'] },
  { code: 'GB', weight: 10, taxPercent: 20, cities: ['Bristol', 'Leeds', 'London', 'Manchester'] },
  { code: 'DE', weight: 7, taxPercent: 19, cities: ['Berlin', 'Hamburg', 'Köln', 'München'] },
  { code: 'FR', weight: 5, taxPercent: 20, cities: ['Lille', 'Lyon', 'Nantes', 'Paris'] },
  { code: 'AU', weight: 4, taxPercent: 10, cities: ['Brisbane', 'Melbourne', 'Perth', 'Sydney'] },
  { code: 'SE', weight: 2, taxPercent: 25, cities: ['Göteborg', 'Malmö', 'Stockholm'] },
  { code: 'BR', weight: 2, taxPercent: 17, cities: ['Recife', 'Rio de Janeiro', 'São Paulo'] },
] as const;

export const channels = [
  { name: 'web', weight: 55 },
  { name: 'app', weight: 30 },
  { name: 'marketplace', weight: 15 },
] as const;

export const segments = [
  { name: 'new', weight: 35 },
  { name: 'regular', weight: 50 },
  { name: 'vip', weight: 10 },
  { name: 'wholesale', weight: 5 },
] as const;

/** Categories with what is sold in them and the usual price in cents. */
export const categories = [
  { name: 'kitchen', weight: 20, typicalCents: 2900, nouns: ['Kettle', 'Skillet', 'Mug', 'Teapot', 'Knife'] },
  { name: 'home', weight: 20, typicalCents: 3900, nouns: ['Lamp', 'Rug', 'Vase', 'Mirror', 'Clock'] },
  { name: 'garden', weight: 12, typicalCents: 3400, nouns: ['Planter', 'Trowel', 'Lantern', 'Bench'] },
  { name: 'toys', weight: 13, typicalCents: 1900, nouns: ['Puzzle', 'Robot', 'Train', 'Kite', 'Doll'] },
  { name: 'office', weight: 10, typicalCents: 1500, nouns: ['Notebook', 'Stapler', 'Desk Pad', 'Pen Set'] },
  { name: 'outdoor', weight: 12, typicalCents: 6900, nouns: ['Tent', 'Backpack', 'Stove', 'Headlamp'] },
  { name: 'electronics', weight: 8, typicalCents: 11900, nouns: ['Speaker', 'Charger', 'Keyboard'] },
  { name: 'craft supplies', weight: 5, typicalCents: 90, nouns: ['Bead', 'Button', 'Ribbon', 'Clasp'] },
] as const;

export const adjectives = words(`
  Amber Classic Compact Copper Cosy Folding Frosted Hand-Painted Indigo Ivory Little Natural
  Nordic Quiet Retro Rustic Sage Striped Sturdy Velvet`);

export const firstNames = words(`
  Ada Amara Ben Chen Clara David Elif Emma Felix Grace Hugo Ines Jonas Kofi Lena Liam Maya Noah
  Olga Priya Rosa Sam Tomas Yuki`);

export const lastNames = words(`
  Almeida Bauer Brown Castro Dubois Evans Fischer Garcia Haddad Ito Jensen Kim Lopez Martin Nguyen
  Okafor Patel Rossi Smith Wagner`);

export const sellerNames = words(`
  Atelier Bazaar Cabinet Depot Emporium Foundry Guild`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
