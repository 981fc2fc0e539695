select
  *,
  date_trunc('month', ordered_on)::date as in_month,
  min(ordered_on) over (partition by customer_id) as first_order
from {{ source('files', 'orders') }}
where status = 'paid'
