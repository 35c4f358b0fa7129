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
    red: ['assert_r8_dimensions_equal_staging', 'dim_product.scd2_continuous'],
  },
  {
    name: 'a product that is not there',
    plant: ['delete from marts.dim_product where product_id = 2'],
    red: [
      'assert_r8_dimensions_equal_staging',
      'fct_order_events.relationships_product_key_dim_product',
      'fct_order_lines.relationships_product_key_dim_product',
    ],
  },
  {
    name: 'a category that a product never had',
    plant: ["update marts.dim_product set category = 'other' where product_id = 2 and is_current"],
    red: ['assert_r8_dimensions_equal_staging'],
  },
  {
    name: 'a segment that a customer never had, and a name of a seller',
    plant: [
      "update marts.dim_customer set segment = 'other' where customer_id = 3 and is_current",
      "update marts.dim_seller set seller_name = 'East' where seller_id = 1 and is_current",
    ],
    red: ['assert_r8_dimensions_equal_staging'],
  },
  {
    name: 'a version of a wrong time',
    plant: [
      'update marts.fct_order_lines set product_key = (select product_key from marts.dim_product where product_id = 1 and is_current) where order_line_id = 101',
    ],
    red: ['assert_facts_point_at_the_version_of_their_time', 'assert_keys_are_of_their_ids'],
  },
];
