select json_build_object('data', json_build_object('search', json_build_object('edges', coalesce(
    json_agg(json_build_object('score', best.score, 'node', json_build_object(
        'id', need.id, 'folio', need.folio, 'title', coalesce(need.title ->> 'es', need.title ->> 'en'),
        'summary', coalesce(need.summary ->> 'es', need.summary ->> 'en'),
        'chamber', json_build_object('id', chamber.id, 'name', coalesce(chamber.trade_name, chamber.legal_name)))
    ) order by best.score desc, best.need_id), '[]')
)))::text
from (
    select need_id, ts_rank(words, query) as score
    from (
        select need_id, words, query from plainto_tsquery('spanish', $1) as query, peer.need_text
        where words @@ query limit 1000
    ) as found
    order by score desc, need_id limit 20
) as best
join need on need.id = best.need_id
join organization as chamber on chamber.id = need.chamber_id
