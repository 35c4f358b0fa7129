/** What people write to a help desk about. Data only. */
export const topics = [
  { subject: 'Where is my order?', tag: 'shipping', weight: 35, text: 'My order has not arrived yet.' },
  { subject: 'I want to return an item', tag: 'return', weight: 20, text: 'How do I send an item back?' },
  { subject: 'Refund not received', tag: 'refund', weight: 15, text: 'I am still waiting for my money.' },
  {
    subject: 'Item arrived damaged',
    tag: 'damage',
    weight: 12,
    text: 'The box was open and a part is broken.',
  },
  { subject: 'Change of address', tag: 'address', weight: 8, text: 'Please send it to my new address.' },
  { subject: 'Question about my invoice', tag: 'billing', weight: 6, text: 'The total looks wrong to me.' },
  { subject: 'You have won a prize', tag: 'spam', weight: 4, text: 'Click here.' },
] as const;

export const agentReplies = [
  'Thank you for writing. I am looking into it.',
  'I have asked the carrier and will come back to you.',
  'A label is on its way to you by e-mail.',
  'The refund was sent today.',
] as const;

export const customerReplies = [
  'Thanks, I will wait.',
  'Nothing has happened yet.',
  'That does not help me.',
  'Great, thank you!',
] as const;

export const vias = [
  { channel: 'email', weight: 60 },
  { channel: 'web', weight: 30 },
  { channel: 'chat', weight: 10 },
] as const;

export const priorities = [
  { name: 'low', weight: 20 },
  { name: 'normal', weight: 55 },
  { name: 'high', weight: 20 },
  { name: 'urgent', weight: 5 },
] as const;
