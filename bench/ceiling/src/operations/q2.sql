select json_build_object('data', json_build_object('need', json_build_object(
    'id', need.id, 'folio', need.folio,
    'title', coalesce(need.title ->> 'es', need.title ->> 'en'),
    'summary', coalesce(need.summary ->> 'es', need.summary ->> 'en'),
    'description', coalesce(need.description ->> 'es', need.description ->> 'en'),
    'publishedAt', need.published_at,
    'chamber', json_build_object('id', chamber.id, 'name', coalesce(chamber.trade_name, chamber.legal_name)),
    'matches', json_build_object('nodes', coalesce((
        select json_agg(json_build_object(
            'id', best.id, 'score', best.score, 'coverage', best.coverage,
            'offer', json_build_object(
                'id', offer.id, 'title', coalesce(offer.title ->> 'es', offer.title ->> 'en'), 'trl', offer.trl,
                'ott', json_build_object('id', ott.id, 'name', coalesce(ott.trade_name, ott.legal_name)))
            ) order by best.score desc, best.id desc)
        from (
            select id, score, coverage, offer_id from match
            where need_id = need.id and status = 'SUGGESTED'
            order by score desc, id desc limit 5
        ) as best
        join offer on offer.id = best.offer_id
        join organization as ott on ott.id = offer.ott_id), '[]'))
)))::text
from need join organization as chamber on chamber.id = need.chamber_id
where need.id = $1 and need.status in ('PUBLISHED', 'FULFILLED')
