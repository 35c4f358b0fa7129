/** Kinds of the shop's products table. */
export type ProductKind = 'goods' | 'gift_card' | 'shipping' | 'discount' | 'fee' | 'adjustment';

// The codes that the data set uses for what is no product. Case matters: M and m are two codes.
const kindByCode: Readonly<Record<string, ProductKind>> = {
  POST: 'shipping',
  DOT: 'shipping',
  C2: 'shipping',
  D: 'discount',
  M: 'adjustment',
  m: 'adjustment',
  B: 'adjustment',
  S: 'adjustment',
  CRUK: 'adjustment',
  'BANK CHARGES': 'fee',
  AMAZONFEE: 'fee',
};

/** What a stock code of the Online Retail data set stands for; PADS and DCGS* are goods like any other. */
export function productKindOf(stockCode: string): ProductKind {
  if (stockCode.startsWith('gift_0001_')) return 'gift_card';
  return Object.hasOwn(kindByCode, stockCode) ? (kindByCode[stockCode] ?? 'goods') : 'goods';
}
