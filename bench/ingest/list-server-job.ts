import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { listServerJob } from './results.ts';

const { objects, fromSeconds, toSeconds } = listServerJob.parse(JSON.parse(process.argv[2] ?? ''));
const pageSize = 100;

/** Answers a list of charges as fast as a process can: every object is one prepared text, newest first. */
const charges = Array.from({ length: objects }, (_, index) => {
  const number = objects - index;
  const created = toSeconds - 1 - Math.floor(((toSeconds - fromSeconds - 1) * index) / objects);
  const id = `ch_${String(number).padStart(14, '0')}`;
  return { id, created, text: chargeText(id, number, created) };
});
const places = new Map(charges.map(({ id }, place) => [id, place]));

const server = createServer((request, response) => {
  const query = new URL(request.url ?? '', 'http://x').searchParams;
  const gte = Number(query.get('created[gte]') ?? 0);
  const lt = Number(query.get('created[lt]') ?? Infinity);
  const after = query.get('starting_after');
  const first = charges.findIndex(({ created }) => created < lt);
  const begin = after === null ? Math.max(0, first) : (places.get(after) ?? 0) + 1;
  const page = charges.slice(begin, begin + pageSize).filter(({ created }) => created >= gte && created < lt);
  const next = charges[begin + page.length];
  const hasMore = page.length === pageSize && next !== undefined && next.created >= gte;
  const data = page.map(({ text }) => text).join(',');
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_1' });
  response.end(`{"object":"list","url":"/v1/charges","has_more":${hasMore},"data":[${data}]}`);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => server.close(() => process.exit(0)));

/** About two and a half kilobytes, as the API sends them. */
function chargeText(id: string, number: number, created: number): string {
  const card = {
    brand: 'visa',
    country: 'DE',
    exp_month: 4,
    exp_year: 2030,
    funding: 'credit',
    network: 'visa',
  };
  const address = { city: null, country: 'DE', line1: null, line2: null, postal_code: null, state: null };
  return JSON.stringify({
    id,
    object: 'charge',
    amount: 1000 + (number % 90_000),
    amount_captured: 1000 + (number % 90_000),
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: `txn_${number}`,
    billing_details: { address, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: 'SHOPWAVE',
    captured: true,
    created,
    currency: 'eur',
    customer: `cus_${number % 5000}`,
    description: `Order ${number}`,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: true,
    metadata: { order_id: String(number), payment_id: String(number) },
    on_behalf_of: null,
    outcome: {
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      type: 'authorized',
    },
    paid: true,
    payment_intent: `pi_${number}`,
    payment_method: `pm_${number}`,
    payment_method_details: { card, type: 'card' },
    receipt_email: null,
    receipt_number: null,
    refunded: false,
    review: null,
    shipping: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  });
}
