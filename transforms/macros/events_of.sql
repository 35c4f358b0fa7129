{# The types of economic events that make a figure, as an SQL list: written once, for models and checks alike. Total sales
   are net revenue, tax, shipping and duties. #}
{% macro events_of(figure) -%}
{% set parts = {
  'discount': ['discount', 'void_discount', 'cancellation_discount'],
  'tax': ['tax', 'void_tax', 'cancellation_tax', 'refund_tax'],
  'shipping': ['shipping', 'void_shipping', 'cancellation_shipping', 'refund_shipping'],
  'duty': ['duty'],
  'refunded': [
    'refund', 'gift_card_refund', 'gift_card_refund_discount', 'refund_tax', 'refund_shipping', 'refund_fee',
    'refund_adjustment', 'refund_cash',
  ],
  'gift_card': ['gift_card_sale', 'gift_card_cancellation', 'gift_card_refund'],
  'gift_card_discount': ['gift_card_discount', 'gift_card_cancellation_discount', 'gift_card_refund_discount'],
  'net_revenue': ['sale', 'void', 'cancellation', 'refund', 'discount', 'void_discount', 'cancellation_discount'],
} -%}
{% if figure == 'total_sales' -%}
{% set types = parts['net_revenue'] + parts['tax'] + parts['shipping'] + parts['duty'] -%}
{% else -%}
{% set types = parts[figure] -%}
{% endif -%}
('{{ types | join("', '") }}')
{%- endmacro %}
