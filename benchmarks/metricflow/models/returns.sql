select *, date_trunc('month', returned_on)::date as in_month from {{ source('files', 'returns') }}
