select json_build_object('data', json_build_object('organizations', json_build_object('nodes', coalesce(
    json_agg(json_build_object('id', ott.id, 'name', ott.name, 'offers', json_build_object('nodes', coalesce((
        select json_agg(json_build_object(
            'id', offer.id, 'title', coalesce(offer.title ->> 'es', offer.title ->> 'en'), 'trl', offer.trl,
            'matches', json_build_object('nodes', coalesce((
                select json_agg(json_build_object('score', best.score, 'need', json_build_object(
                    'id', need.id, 'title', coalesce(need.title ->> 'es', need.title ->> 'en'),
                    'chamber', json_build_object(
                        'id', chamber.id, 'name', coalesce(chamber.trade_name, chamber.legal_name)))
                    ) order by best.score desc, best.id desc)
                from (
                    select id, score, need_id from match
                    where offer_id = offer.id and status = 'SUGGESTED'
                    order by score desc, id desc limit 3
                ) as best
                join need on need.id = best.need_id
                join organization as chamber on chamber.id = need.chamber_id), '[]'))
            ) order by offer.listed_at desc, offer.id desc)
        from (
            select id, title, trl, listed_at from offer
            where ott_id = ott.id and status in ('PUBLISHED', 'RESERVED', 'TRANSFERRED')
            order by listed_at desc, id desc limit 5
        ) as offer), '[]'))
    ) order by ott.name_folded, ott.id), '[]')
)))::text
from (
    select id, coalesce(trade_name, legal_name) as name, name_folded from organization
    where kind = 'TECHNOLOGY_TRANSFER_OFFICE' order by name_folded, id limit 50
) as ott
