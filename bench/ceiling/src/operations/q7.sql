select json_build_object('data', json_object_agg('p' || (pages.place - 1), page.found))::text
from unnest($1::timestamptz[], $2::uuid[]) with ordinality as pages (listed_at, id, place)
cross join lateral (
    select json_build_object('nodes', coalesce(json_agg(json_build_object(
        'id', offer.id, 'folio', offer.folio, 'title', coalesce(offer.title ->> 'es', offer.title ->> 'en'),
        'type', offer.kind, 'status', offer.status, 'trl', offer.trl, 'publishedAt', offer.published_at,
        'ott', json_build_object('id', ott.id, 'name', coalesce(ott.trade_name, ott.legal_name))
    ) order by offer.listed_at desc, offer.id desc), '[]')) as found
    from (
        select id, folio, title, kind, status, trl, published_at, listed_at, ott_id from offer
        where status in ('PUBLISHED', 'RESERVED', 'TRANSFERRED')
          and (offer.listed_at, offer.id) < (pages.listed_at, pages.id)
        order by listed_at desc, id desc limit 100
    ) as offer
    join organization as ott on ott.id = offer.ott_id
) as page
