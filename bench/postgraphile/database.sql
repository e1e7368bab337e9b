-- What PostGraphile is pointed at: views over Vínculo's own tables, with the columns that the seven
-- operations ask for. It does no authorization; offers are those that every member of the network may
-- see, since one of its lists names no status. (On needs the same condition would keep PostgreSQL from
-- reading the first page along the index: 4 ms in place of half of one. All lists of needs name one.)
-- Views without anything of their own are flattened by PostgreSQL, so these cost what the tables
-- cost, and use their indexes.
drop schema if exists peer cascade;
create schema peer;

create view peer.organization as
select id, kind, coalesce(trade_name, legal_name) as name, name_folded
from public.organization;
comment on view peer.organization is E'@primaryKey id\n@name organization';

create view peer.region as select id, code, name from public.region;
comment on view peer.region is E'@primaryKey id\n@name region';

create view peer.need as
select id, folio, version, coalesce(title ->> 'es', title ->> 'en') as title,
       coalesce(summary ->> 'es', summary ->> 'en') as summary,
       coalesce(description ->> 'es', description ->> 'en') as description,
       status, published_at, urgency, open_for_interest, state_code as state, subsector, scian,
       listed_at, chamber_id, region_id
from public.need;
comment on view peer.need is E'@primaryKey id\n'
    '@foreignKey (chamber_id) references peer.organization (id)|@fieldName chamber|@behavior -backwards\n'
    '@foreignKey (region_id) references peer.region (id)|@fieldName region|@behavior -backwards';

create view peer.offer as
select id, folio, coalesce(title ->> 'es', title ->> 'en') as title, kind as type, status, trl,
       published_at, listed_at, ott_id
from public.offer
where status in ('PUBLISHED', 'RESERVED', 'TRANSFERRED');
comment on view peer.offer is E'@primaryKey id\n'
    '@foreignKey (ott_id) references peer.organization (id)|@fieldName ott|@foreignFieldName offers';

create view peer.match as
select id, need_id, offer_id, score, coverage from public.match where status = 'SUGGESTED';
comment on view peer.match is E'@primaryKey id\n'
    '@foreignKey (need_id) references peer.need (id)|@fieldName need|@foreignFieldName matches\n'
    '@foreignKey (offer_id) references peer.offer (id)|@fieldName offer|@foreignFieldName matches';

-- Q4. The text that members of the network search, as weighted words in an index of their own.
-- What ranks is the best of at most 1,000 needs that share a word.
create table peer.need_text (need_id uuid primary key, words tsvector not null);
insert into peer.need_text
select id, to_tsvector('spanish', public_text_folded)
from public.need where status in ('PUBLISHED', 'FULFILLED');
create index on peer.need_text using gin (words) with (fastupdate = off);
comment on table peer.need_text is '@behavior -*';

create view peer.hit as
select 0::real as score, need.id, need.folio, need.title, need.summary, need.chamber_id
from peer.need;
comment on view peer.hit is E'@primaryKey id\n@behavior -query:resource:list -query:resource:connection\n'
    '@foreignKey (chamber_id) references peer.organization (id)|@fieldName chamber|@behavior -backwards';

create function peer.search(text text) returns setof peer.hit language sql stable rows 20 as $$
    select best.score, need.id, need.folio, need.title, need.summary, need.chamber_id
    from (
        select need_id, ts_rank(words, query) as score
        from (
            select need_id, words, query
            from plainto_tsquery('spanish', search.text) as query, peer.need_text
            where words @@ query
            limit 1000
        ) as found
        order by score desc, need_id
        limit 20
    ) as best
    join peer.need on need.id = best.need_id
    order by best.score desc, best.need_id
$$;
comment on function peer.search is E'@name search';

-- Q5. A draft, with the rows that Vínculo writes for one: folio, history, event.
create view peer.draft as
select id, folio, version, company_id, title, summary, urgency, scian from public.need;
comment on view peer.draft is E'@primaryKey id\n@behavior +resource:insert -query:resource:list -query:resource:connection';

comment on column peer.draft.id is '@hasDefault';

create function peer.write_draft() returns trigger language plpgsql as $$
declare
    moment constant timestamptz := now();
    number bigint;
begin
    insert into public.counter (name, value) values ('NEC-' || extract(year from moment), 1)
    on conflict (name) do update set value = counter.value + 1
    returning value into number;
    new.id := gen_random_uuid();
    new.version := 1;
    new.folio := 'NEC-' || extract(year from moment) || '-' || lpad(number::text, 6, '0');
    insert into public.need (
        id, folio, version, status, created_at, updated_at, listed_at, company_id, chamber_id,
        delegation_id, region_id, state_code, kind, title, title_folded, summary, public_text_folded,
        success_criteria, "constraints", partner_kinds, partner_sizes, partnership_types, urgency,
        scian, subsector, technology_keywords, market_keywords, sdg, target_states, anonymous,
        shared_by, open_for_interest, held_by_network, renewals)
    select new.id, new.folio, 1, 'DRAFT', moment, moment, moment, new.company_id, affiliation.chamber_id,
           affiliation.delegation_id, affiliation.region_id, company.state_code, 'TECHNOLOGY_REQUEST',
           new.title, lower(new.title ->> 'es'), new.summary,
           lower(concat_ws(' ', new.title ->> 'es', new.title ->> 'en', new.summary ->> 'es', new.summary ->> 'en')),
           '[]', '[]', '', '', '', new.urgency, new.scian, substr(new.scian, 2, 3), '', '', '', '',
           true, '', false, false, 0
    from public.organization as company
    join public.affiliation on affiliation.company_id = company.id and affiliation.status = 'ACTIVE'
    where company.id = new.company_id;
    insert into public.history (id, record, to_status, at)
    values (gen_random_uuid(), 'need_' || replace(new.id::text, '-', ''), 'DRAFT', moment);
    insert into public.event (id, kind, subject, body, happened_at)
    values (gen_random_uuid(), 'NEED_DRAFTED', 'need_' || replace(new.id::text, '-', ''),
            jsonb_build_object('kind', 'NEED_DRAFTED', 'need', 'need_' || replace(new.id::text, '-', '')),
            moment);
    return new;
end $$;
comment on function peer.write_draft is '@behavior -*';
create trigger write_draft instead of insert on peer.draft for each row execute function peer.write_draft();

-- Q6. One count over the index that Vínculo counts by.
create type peer.need_count as (
    count bigint, subsector text, subsector_label text, region_id uuid, region_name text
);
create function peer.need_counts() returns setof peer.need_count language sql stable as $$
    select counted.count, counted.subsector, code.label_es, counted.region_id, region.name
    from (
        select subsector, region_id, count(*) from public.need
        where status = 'PUBLISHED' group by subsector, region_id
    ) as counted
    left join public.code on code.list = 'scian' and code.code = counted.subsector
    left join public.region on region.id = counted.region_id
    order by counted.count desc, counted.subsector, counted.region_id
$$;
