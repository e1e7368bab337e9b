select json_build_object('data', json_build_object('needCounts', coalesce(json_agg(json_build_object(
    'count', counted.count,
    'subsector', case when code.code is not null then
        json_build_object('code', code.code, 'label', code.label_es) end,
    'region', case when region.id is not null then
        json_build_object('id', region.id, 'name', region.name) end
) order by counted.count desc, counted.subsector, counted.region_id), '[]')))::text
from (
    select subsector, region_id, count(*) from need where status = 'PUBLISHED' group by subsector, region_id
) as counted
left join code on code.list = 'scian' and code.code = counted.subsector
left join region on region.id = counted.region_id
