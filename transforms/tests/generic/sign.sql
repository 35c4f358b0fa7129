{#- Amounts have the sign that their type gives them. Types are texts of the column `by`; one that is in neither list may
    have any sign. -#}
{% test sign(model, column_name, by, positive=[], negative=[]) %}
{{- config(meta={'scope': 'delta'}) -}}
select * from {{ model }}
where 1 = 0
  {%- for type in positive %} or ({{ by }} = '{{ type }}' and {{ column_name }} < 0){% endfor %}
  {%- for type in negative %} or ({{ by }} = '{{ type }}' and {{ column_name }} > 0){% endfor %}
{% endtest %}
