select json_build_object('data', json_build_object('needs', json_build_object(
    'pageInfo', json_build_object(
        'hasNextPage', count(*) > 20,
        'endCursor', max(listed_at || ' ' || id) filter (where place = 20)),
    'nodes', coalesce(json_agg(json_build_object(
        'id', id, 'folio', folio, 'title', title, 'publishedAt', published_at, 'urgency', urgency,
        'chamber', json_build_object('id', chamber_id, 'name', chamber),
        'region', case when region_id is not null then
            json_build_object('id', region_id, 'code', region_code, 'name', region) end,
        'sectors', sectors) order by place) filter (where place <= 20), '[]')
)))::text
from (
    select page.*, coalesce(chamber.trade_name, chamber.legal_name) as chamber,
           region.code as region_code, region.name as region, sectors.sectors
    from (
        select id, folio, coalesce(title ->> 'es', title ->> 'en') as title, published_at, urgency,
               listed_at, chamber_id, region_id, scian,
               row_number() over (order by listed_at desc, id desc) as place
        from need
        where status = 'PUBLISHED' and open_for_interest and state_code = $1 and subsector = $2
        order by listed_at desc, id desc
        limit 21
    ) as page
    join organization as chamber on chamber.id = page.chamber_id
    left join region on region.id = page.region_id
    join ceiling.sectors on sectors.scian = page.scian
) as found
