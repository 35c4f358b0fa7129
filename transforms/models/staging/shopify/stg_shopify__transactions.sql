select
  {{ field_as('id', 'gid', 'payment_id') }},
  {{ field_as('orderId', 'gid', 'order_id') }},
  {{ field_as('refundId', 'gid', 'refund_id') }},
  {{ field_as('parentTransaction.id', 'gid', 'parent_payment_id') }},
  {{ field('kind', 'text') }},
  {{ field('status', 'text') }},
  {{ field('gateway', 'text') }},
  {{ field_as('test', 'boolean', 'is_test') }},
  {{ field_as('paymentId', 'text', 'processor_ref') }},
  {{ field_as('amountSet.shopMoney.amount', 'amount', 'amount') }},
  {{ field_as('amountSet.shopMoney.currencyCode', 'code', 'currency') }},
  {{ field_as('createdAt', 'timestamp', 'created_at') }},
  {{ field_as('processedAt', 'timestamp', 'processed_at') }},
  {{ cdc_columns() }}
from {{ source('shopify', 'transactions') }}
