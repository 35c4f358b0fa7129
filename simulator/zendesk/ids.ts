/** Keys of the help desk that follow from the shop's. */
const firstCustomer = 360_000_000_000;
const firstGuest = 361_000_000_000;
const firstOrganization = 370_000_000_000;

/** The user who is a customer of the shop. */
export function customerUserId(customerId: number): number {
  return firstCustomer + customerId;
}

/** The user who wrote about an order that was placed without an account. */
export function guestUserId(orderId: number): number {
  return firstGuest + orderId;
}

/** The organisation of a wholesale customer. */
export function organizationId(customerId: number): number {
  return firstOrganization + customerId;
}

/** SQL for the same keys. */
export const idSql = {
  customerUser: (column: string): string => `${firstCustomer} + ${column}`,
  guestUser: (column: string): string => `${firstGuest} + ${column}`,
  organization: (column: string): string => `${firstOrganization} + ${column}`,
} as const;

/** Agents are users 1 to this. */
export const agentCount = 8;

/** Custom fields of tickets: the key of the order, and a remark of the customer. */
export const orderFieldId = 900_001;
export const remarkFieldId = 900_002;

/** One order in so many has a ticket. */
export const ordersPerTicket = 12;
