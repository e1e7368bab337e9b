-- What the operations are asked for: chosen by the data alone, so that every server, and every run
-- on the same data, is asked the same.
with open_needs as (
    select state_code, subsector, row_number() over (order by count(*) desc, state_code, subsector) as place
    from need
    where status = 'PUBLISHED' and open_for_interest and subsector is not null and state_code is not null
    group by state_code, subsector having count(*) > 20
), matched as (
    select need_id from match where status = 'SUGGESTED'
    group by need_id having count(*) >= 5 order by md5(need_id::text) limit 16
), words as (
    -- Of medium frequency: in 0.2 to 1 % of the oldest twenty thousand needs.
    select word
    from ts_stat($$ select to_tsvector('simple', public_text_folded) from need
                    where status = 'PUBLISHED' order by id limit 20000 $$)
    where length(word) >= 5 and ndoc between 40 and 200
    order by md5(word) limit 12
), places as (
    -- Where pages of 100 offers end.
    select listed_at, id, place
    from (
        select listed_at, id, row_number() over (order by listed_at desc, id desc) as place
        from offer where status in ('PUBLISHED', 'RESERVED', 'TRANSFERRED')
    ) as offers
    where place % 100 = 0 and place <= 2900
)
select json_build_object(
    'openNeeds', (select json_agg(json_build_object('state', state_code, 'subsector', subsector) order by place)
                  from open_needs where place <= 12),
    'needs', (select json_agg(need_id) from matched),
    'words', (select json_agg(word) from words),
    'places', (select json_agg(json_build_object('listedAt', listed_at, 'id', id) order by place) from places),
    -- The office with the fewest offers that others do not see: at scale 1 none, so all see the same.
    'office', (select id from organization as office
               where kind = 'TECHNOLOGY_TRANSFER_OFFICE'
               order by (select count(*) from offer where ott_id = office.id
                           and status not in ('PUBLISHED', 'RESERVED', 'TRANSFERRED')),
                        name_folded, id
               limit 1),
    'company', (select company_id from affiliation where status = 'ACTIVE'
                group by company_id having count(*) = 1 order by company_id limit 1)
)
