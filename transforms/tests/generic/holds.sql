{#- A condition over the columns of one row holds for every row: a total is its parts. What is NULL does not fail. -#}
{% test holds(model, condition) %}
{{- config(meta={'scope': 'delta'}) -}}
select * from {{ model }} where not ({{ condition }})
{% endtest %}
