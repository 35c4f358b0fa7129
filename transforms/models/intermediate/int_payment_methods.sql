-- Means of payment that the sources are known to name. One that is not among them is shown as it came, with key -1.
{% set methods = [
  ['card', 'Card', 'stripe', true],
  ['apple_pay', 'Apple Pay', 'stripe', true],
  ['google_pay', 'Google Pay', 'stripe', true],
  ['link', 'Link', 'stripe', true],
  ['shopify_payments', 'Shopify Payments', 'shopify', true],
  ['paypal', 'PayPal', 'paypal', false],
  ['gift_card', 'Gift card', 'none', false],
  ['manual', 'Manual', 'none', false],
  ['cash', 'Cash', 'none', false],
  ['bank_transfer', 'Bank transfer', 'bank', false],
] %}
{% for method, name, processor, is_card in methods %}
select '{{ method }}' as method, '{{ name }}' as method_name, '{{ processor }}' as processor, {{ is_card }} as is_card
{% if not loop.last %}union all{% endif %}
{% endfor %}
