with number as (
    insert into counter (name, value) values ('NEC-' || extract(year from now()), 1)
    on conflict (name) do update set value = counter.value + 1
    returning name || '-' || lpad(value::text, 6, '0') as folio
), draft as (
    insert into need (
        id, folio, version, status, created_at, updated_at, listed_at, company_id, chamber_id,
        delegation_id, region_id, state_code, kind, title, title_folded, summary, public_text_folded,
        success_criteria, "constraints", partner_kinds, partner_sizes, partnership_types, urgency,
        scian, subsector, technology_keywords, market_keywords, sdg, target_states, anonymous,
        shared_by, open_for_interest, held_by_network, renewals)
    select gen_random_uuid(), number.folio, 1, 'DRAFT', now(), now(), now(), company.id, affiliation.chamber_id,
           affiliation.delegation_id, affiliation.region_id, company.state_code, 'TECHNOLOGY_REQUEST',
           new.title, lower(new.title ->> 'es'), new.summary,
           lower(concat_ws(' ', new.title ->> 'es', new.title ->> 'en', new.summary ->> 'es', new.summary ->> 'en')),
           '[]', '[]', '', '', '', new.urgency, new.scian, substr(new.scian, 2, 3), '', '', '', '',
           true, '', false, false, 0
    from number,
         (select $2::text::jsonb as title, $3::text::jsonb as summary, $4::text as urgency, $5::text as scian) as new,
         organization as company
    join affiliation on affiliation.company_id = company.id and affiliation.status = 'ACTIVE'
    where company.id = $1
    returning id, folio, version, title
), step as (
    insert into history (id, record, to_status, at)
    select gen_random_uuid(), 'need_' || replace(id::text, '-', ''), 'DRAFT', now() from draft
), told as (
    insert into event (id, kind, subject, body, happened_at)
    select gen_random_uuid(), 'NEED_DRAFTED', 'need_' || replace(id::text, '-', ''),
           jsonb_build_object('kind', 'NEED_DRAFTED', 'need', 'need_' || replace(id::text, '-', '')), now()
    from draft
)
select json_build_object('data', json_build_object('draftNeed', json_build_object('need', json_build_object(
    'id', id, 'folio', folio, 'version', version, 'title', coalesce(title ->> 'es', title ->> 'en')
))))::text
from draft
