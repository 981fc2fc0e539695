select *, date_trunc('month', day)::date as in_month from {{ source('files', 'visits') }}
