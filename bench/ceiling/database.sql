-- What the hand-written statements look up beside Vínculo's own tables.
drop schema if exists ceiling cascade;
create schema ceiling;

-- The sectors of each list of activities that occurs, as JSON; each sector once, in the order of the activities.
create table ceiling.sectors (scian text primary key, sectors json not null);
insert into ceiling.sectors
select lists.scian, coalesce((
    select json_agg(json_build_object('code', code, 'label', label_es) order by place)
    from (
        select code.code, code.label_es, min(activity.place) as place
        from unnest(string_to_array(trim(both '|' from lists.scian), '|')) with ordinality as activity (code, place)
        join public.code on code.list = 'scian' and code.level = 'sector' and code.code = case
            when activity.code ~ '^3[123]' then '31-33' when activity.code ~ '^4[89]' then '48-49'
            else left(activity.code, 2) end
        group by code.code, code.label_es
    ) as sector), '[]')
from (select distinct scian from public.need) as lists;
analyze ceiling.sectors;
