import type { Fault } from './fault.ts';

/** Faults in versions, and in what refers to them. */
export const faultsOfDimensions: readonly Fault[] = [
  {
    name: 'a gap between versions',
    plant: [
      'update marts.dim_product set valid_to = valid_to - interval 1 hour where product_id = 1 and not is_current',
    ],
    red: ['dim_product.scd2_continuous'],
  },
  {
    name: 'versions that overlap',
    plant: [
      'update marts.dim_customer set valid_to = valid_to + interval 1 hour where customer_id = 1 and not is_current',
    ],
    red: ['dim_customer.scd2_continuous'],
  },
  {
    name: 'two current versions',
    plant: ['update marts.dim_product set is_current = true where product_id = 1'],
    red: ['dim_product.scd2_continuous'],
  },
  {
    name: 'a product that is not there',
    plant: ['delete from marts.dim_product where product_id = 2'],
    red: [
      'fct_order_events.relationships_product_key_dim_product',
      'fct_order_lines.relationships_product_key_dim_product',
    ],
  },
  {
    name: 'a version of a wrong time',
    plant: [
      'update marts.fct_order_lines set product_key = (select product_key from marts.dim_product where product_id = 1 and is_current) where order_line_id = 101',
    ],
    red: ['assert_facts_point_at_the_version_of_their_time'],
  },
];
