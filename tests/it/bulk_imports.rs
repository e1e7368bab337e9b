//! Files that come over HTTP: who may bring which, what becomes of their lines, and what breaks off.

use api::{
    bulk::{Pace, run_due},
    clockwork,
    import::{self, Mark, Options},
};
use chrono::TimeDelta;
use entity::{
    AffiliationStatus, BulkErrorCode, BulkJobStatus, NeedStatus, OrganizationId, OrganizationKind,
    Role, VerificationLevel, affiliation, bulk_job, event, external_ref, membership, need,
    organization, person,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Answer, Person, World, records};

use crate::{exports::SCHEMAS, imports::Marks, machines::machine};

tests::stories!(
    a_roll_comes_over_http,
    those_bring_who_may,
    what_does_not_fit_together_is_told,
    a_chamber_brings_its_own_alone,
    needs_are_drafts_of_who_brings_them,
    a_machine_brings_what_its_scopes_name,
    a_network_comes_as_one,
    what_breaks_off_can_be_sent_again,
    what_does_not_come_is_forgotten,
    who_may_not_any_more_brings_nothing,
    what_is_called_off_goes_no_further,
    another_worker_goes_on_behind_the_last_line,
);

const JOB: &str = "id version kind status format what done created updated unchanged skipped \
    warnings sizeBytes errorCode errorMessage uploadUrl uploadUrlExpiresAt url urlExpiresAt \
    expiresAt organization { id }";

/// Has a worker carry out what waits. Returns how many jobs have ended.
async fn carried_out(world: &World, worker: &str) -> usize {
    let ended = run_due(&world.service, SCHEMAS.of(true), worker, &Pace::default()).await;
    ended.unwrap().len()
}

pub(crate) async fn start(person: &Person<'_>, input: Value) -> Answer {
    let ask = format!(
        "mutation($input: BulkImportStartInput!) {{ bulkImportStart(input: $input) {{ \
         bulkJob {{ {JOB} }} userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

fn roll(chamber: OrganizationId) -> Value {
    json!({ "what": "ORGANIZATIONS", "organization": chamber, "format": "CSV" })
}

async fn seen(person: &Person<'_>, id: &str) -> Value {
    let ask = format!("query($id: ID!) {{ bulkJob(id: $id) {{ {JOB} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// Announces a file, sends it, and has it brought in. Returns the job.
async fn brought(
    world: &World,
    person: &Person<'_>,
    input: Value,
    file: impl Into<Vec<u8>>,
) -> Value {
    let job = start(person, input).await.root()["bulkJob"].clone();
    let (id, upload) = (job["id"].as_str().unwrap(), job["uploadUrl"].as_str().unwrap());
    let sent = world.transfer(None, upload, Some(file.into())).await;
    assert_eq!(sent.status, 204, "{}", String::from_utf8_lossy(&sent.bytes));
    assert_eq!(carried_out(world, "worker").await, 1);
    seen(person, id).await
}

fn counts(job: &Value) -> [i64; 6] {
    ["done", "created", "updated", "unchanged", "skipped", "warnings"]
        .map(|name| job[name].as_i64().unwrap())
}

/// What there is to say of the lines.
async fn notes(world: &World, job: &Value) -> String {
    let file = world.transfer(None, job["url"].as_str().unwrap(), None).await;
    assert_eq!(file.status, 200);
    String::from_utf8(file.bytes).unwrap()
}

const ROLL: &str = "externalId,legalName,scian,stateCode,workers\n\
    E-1,Plásticos de Ejemplo,3261,22,48\n\
    E-2,Textiles de Ejemplo,3132,22,x\n\
    E-3,Hornos de Ejemplo,327,05,7\n";

async fn a_roll_comes_over_http(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let answer = start(&admin, roll(cast.chamber)).await;
    assert_eq!(answer.outcome(), "DONE");
    let job = answer.root()["bulkJob"].clone();
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        (&job["status"], &job["kind"], &job["what"]),
        (&json!("WAITING"), &json!("IMPORT"), &json!("ORGANIZATIONS"))
    );
    assert_eq!(job["organization"]["id"], json!(cast.chamber));
    assert_eq!(job["expiresAt"], "2026-03-03T12:00:00+00:00");
    assert_eq!(job["uploadUrlExpiresAt"], "2026-03-02T12:05:00+00:00");
    assert!(job["url"].is_null());
    // Nothing is carried out before the file has come.
    assert_eq!(carried_out(world, "worker").await, 0);
    let upload = job["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, upload, None).await.status, 403, "it is no link to fetch");
    assert_eq!(world.transfer(None, upload, Some(ROLL.into())).await.status, 204);
    let queued = seen(&admin, id).await;
    assert_eq!(
        (&queued["status"], &queued["uploadUrl"], &queued["version"]),
        (&json!("QUEUED"), &Value::Null, &json!(2))
    );
    assert_eq!(world.transfer(None, upload, Some(ROLL.into())).await.status, 409, "once is enough");

    assert_eq!(carried_out(world, "worker").await, 1);
    let done = seen(&admin, id).await;
    assert_eq!((&done["status"], &done["errorCode"]), (&json!("COMPLETED"), &Value::Null));
    assert_eq!(counts(&done), [3, 2, 0, 0, 1, 0]);
    assert_eq!(
        notes(world, &done).await,
        "line,column,kind,message\n3,workers,ERROR,no es un entero / is not an integer\n"
    );
    let members =
        affiliation::Entity::find().filter(affiliation::Column::ChamberId.eq(cast.chamber));
    let members = members.all(world.db().fresh()).await.unwrap();
    assert_eq!(members.len(), 4, "two were of the chamber before");
    // What came is gone; what there is to say is kept.
    let kept = std::fs::read_dir(world.files()).unwrap().filter_map(Result::ok);
    let kept: usize = kept.map(|shelf| std::fs::read_dir(shelf.path()).unwrap().count()).sum();
    assert_eq!(kept, 1);
    // Who did it is on record.
    let imported = event::Entity::find().filter(event::Column::Kind.eq("ORGANIZATIONS_IMPORTED"));
    let imported = imported.one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!(imported.actor_id, admin.id);
    assert_eq!(
        world.events().await,
        ["BULK_JOB_STARTED", "BULK_FILE_RECEIVED", "ORGANIZATIONS_IMPORTED", "BULK_JOB_FINISHED"]
    );
    // The same again changes nothing; what is mended comes in.
    let again = brought(world, &admin, roll(cast.chamber), ROLL.replace(",x", ",12")).await;
    assert_eq!(counts(&again), [3, 1, 0, 2, 0, 0]);
    assert_eq!(notes(world, &again).await, "line,column,kind,message\n");
    // Nobody else knows of it, also with the link.
    let other = world.person(Role::ChamberAdmin, cast.chamber).await;
    assert!(seen(&other, id).await.is_null());
    let url = again["url"].as_str().unwrap();
    let theirs = other.token();
    assert_eq!(world.transfer(theirs.as_deref(), url, None).await.status, 403);
    world.events().await;
}

async fn those_bring_who_may(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    for (what, house, right) in [
        (
            "ORGANIZATIONS",
            Some(cast.chamber),
            &["admin of the chamber", "admin of the network"][..],
        ),
        ("ORGANIZATIONS", None, &["admin of the network"]),
        (
            "NEEDS",
            Some(cast.chamber),
            &[
                "liaison of the chamber",
                "liaison, within the region",
                "liaison, within another",
                "admin of the chamber",
            ],
        ),
        ("NEEDS", None, &[]),
        ("OFFERS", Some(cast.ott), &["officer of the office", "manager of the office"]),
        ("IP_ASSETS", Some(cast.ott), &["officer of the office", "manager of the office"]),
        ("NETWORK", None, &["admin of the network"]),
    ] {
        let format = if what == "ORGANIZATIONS" { "CSV" } else { "JSONL" };
        for (name, person) in &people {
            let input = json!({ "what": what, "organization": house, "format": format });
            let outcome = start(person, input).await.outcome();
            let expected = match *name {
                name if right.contains(&name) => "DONE",
                "nobody" => "UNAUTHENTICATED",
                _ => "FORBIDDEN",
            };
            assert_eq!(outcome, expected, "{what} by {name}");
            // Two are enough for everybody.
            let all = bulk_job::Entity::find().all(world.db().fresh()).await.unwrap();
            for job in all {
                let gone = bulk_job::Model { status: BulkJobStatus::Canceled, ..job };
                world.overwrite(gone).await;
            }
        }
    }
    world.events().await;
}

async fn what_does_not_fit_together_is_told(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let chamber = world.person(Role::ChamberAdmin, cast.chamber).await;
    let with = |what, format, more: Value| {
        let mut input = json!({ "what": what, "format": format });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (input, told) in [
        (with("ORGANIZATIONS", "JSONL", json!({})), "INVALID input.format"),
        (with("NETWORK", "CSV", json!({})), "INVALID input.format"),
        (
            with("NETWORK", "JSONL", json!({ "organization": cast.chamber })),
            "INVALID input.organization",
        ),
        (with("ORGANIZATIONS", "CSV", json!({ "system": "DENUE" })), "INVALID input.system"),
        (with("ORGANIZATIONS", "CSV", json!({ "system": cast.chamber })), "INVALID input.system"),
        (
            with("ORGANIZATIONS", "CSV", json!({ "system": "x".repeat(61) })),
            "TOO_LONG input.system",
        ),
    ] {
        let answer = start(&admin, input.clone()).await;
        assert_eq!(answer.user_errors(), [told], "{input}");
        assert!(answer.root()["bulkJob"].is_null());
    }
    let mut input = roll(cast.chamber);
    input["system"] = json!("ERP");
    assert_eq!(start(&chamber, input).await.user_errors(), ["INVALID input.system"]);
    // A third one at a time is too many.
    for _ in 0..2 {
        assert_eq!(start(&chamber, roll(cast.chamber)).await.outcome(), "DONE");
    }
    assert_eq!(start(&chamber, roll(cast.chamber)).await.user_errors(), ["LIMIT_REACHED"]);
    world.events().await;
}

async fn on_denue(world: &World, id: &str, fingerprint: i64) -> OrganizationId {
    let row = records::organization(
        OrganizationId::new(world.now()),
        OrganizationKind::Company,
        "CANARY of the directory",
        world.now(),
    );
    let known = row.id;
    world.put(row).await;
    let system = "DENUE".to_owned();
    let (external_id, record) = (id.to_owned(), known.to_string());
    world.put(external_ref::Model { system, external_id, record, fingerprint }).await;
    known
}

async fn a_chamber_brings_its_own_alone(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let file = format!(
        "externalId,legalName,kind,verification,parent,chamber\n\
         A,Universidad Fingida,HIGHER_EDUCATION_INSTITUTION,,,\n\
         B,Cámara Fingida,CHAMBER,,,\n\
         C,Verificada,,DOCUMENT_VERIFIED,,\n\
         D,De otra,,,,{other}\n\
         E,Filial de una universidad,,,{university},\n\
         F,Filial,,CHAMBER_VERIFIED,{company},{own}\n",
        other = cast.other_chamber,
        university = cast.university,
        company = cast.company,
        own = cast.chamber,
    );
    let job = brought(world, &admin, roll(cast.chamber), file.clone()).await;
    assert_eq!(counts(&job), [6, 1, 0, 0, 5, 0]);
    let told = notes(world, &job).await;
    let columns: Vec<_> =
        told.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>()).collect();
    assert_eq!(
        columns,
        [["2", "kind"], ["3", "kind"], ["4", "verification"], ["5", "chamber"], ["6", "parent"]]
    );
    // The network's admin may.
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let job = brought(
        world,
        &network,
        json!({ "what": "ORGANIZATIONS", "format": "CSV", "system": "alta" }),
        file,
    )
    .await;
    assert_eq!(counts(&job), [6, 6, 0, 0, 0, 0]);

    // What the network verified stays so, and the chamber goes on to bring it up to date; what is
    // an institution on record is not made a company.
    let row = async |id: &str| {
        let key = (cast.chamber.to_string(), id.to_owned());
        let known = external_ref::Entity::find_by_id(key).one(world.db().fresh()).await.unwrap();
        let id: OrganizationId = known.unwrap().record.parse().unwrap();
        organization::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap().unwrap()
    };
    let verified = VerificationLevel::DocumentVerified;
    world.overwrite(organization::Model { verification: verified, ..row("F").await }).await;
    let (system, external_id) = (cast.chamber.to_string(), "U".to_owned());
    let (record, fingerprint) = (cast.university.to_string(), 1);
    world.put(external_ref::Model { system, external_id, record, fingerprint }).await;
    let file = "externalId,legalName\nF,Filial con otro nombre\nU,Ya no es universidad\n";
    let job = brought(world, &admin, roll(cast.chamber), file).await;
    assert_eq!((&job["status"], counts(&job)), (&json!("COMPLETED"), [2, 0, 1, 0, 1, 0]));
    assert!(notes(world, &job).await.lines().last().unwrap().starts_with("3,kind,ERROR"));
    let changed = row("F").await;
    assert_eq!(
        (changed.legal_name.as_str(), changed.verification),
        ("Filial con otro nombre", verified)
    );
    assert_ne!(row("U").await.legal_name, "Ya no es universidad");

    // Companies that the directory knows: of nobody, of another chamber, with people, of the chamber.
    let free = on_denue(world, "7001", 1).await;
    let taken = on_denue(world, "7002", 1).await;
    let speaks = on_denue(world, "7003", 1).await;
    let own = on_denue(world, "7004", 1).await;
    let today = world.now();
    world.put(records::affiliation(taken, cast.other_chamber, None, today)).await;
    world.put(records::affiliation(own, cast.chamber, None, today)).await;
    world.person(Role::MemberUser, speaks).await;
    world.person(Role::MemberUser, own).await;
    let line =
        |id: &str| format!("{id},,OTRO NOMBRE,OTRO NOMBRE SA,326194,,6 a 10 personas,05,030\n");
    let lines: String = ["7001", "7002", "7003", "7004", "7005"].map(line).concat();
    let file = format!(
        "id,clee,nom_estab,raz_social,codigo_act,nombre_act,per_ocu,cve_ent,cve_mun\n{lines}"
    );
    let job = brought(world, &admin, roll(cast.chamber), file.clone()).await;
    assert_eq!(counts(&job), [5, 1, 0, 2, 2, 0]);
    let told = notes(world, &job).await;
    assert!(told.lines().skip(1).all(|line| line.starts_with(['3', '4'])), "{told}");
    let row = async |id| {
        organization::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap().unwrap()
    };
    assert_ne!(
        row(free).await.legal_name,
        "OTRO NOMBRE SA",
        "a directory is not a chamber's to change"
    );
    assert_eq!(
        row(free).await.verification,
        records::organization(free, OrganizationKind::Company, "", today).verification
    );
    let of = async |id| {
        let rows = affiliation::Entity::find().filter(affiliation::Column::CompanyId.eq(id));
        let rows = rows.filter(affiliation::Column::Status.eq(AffiliationStatus::Active));
        rows.all(world.db().fresh())
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.chamber_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(free).await, [cast.chamber]);
    assert_eq!(of(taken).await, [cast.other_chamber]);
    assert_eq!(of(speaks).await, []);
    assert_eq!(of(own).await, [cast.chamber]);
    // The network's admin brings the directory up to date.
    let job =
        brought(world, &network, json!({ "what": "ORGANIZATIONS", "format": "CSV" }), file).await;
    assert_eq!(counts(&job), [5, 0, 4, 1, 0, 0]);
    assert_eq!(row(free).await.legal_name, "OTRO NOMBRE SA");
    assert_eq!(
        row(own).await.verification,
        VerificationLevel::None,
        "the directory says nothing of it"
    );
    world.events().await;
}

fn needs(companies: &[OrganizationId]) -> String {
    let line = |(number, company): (usize, &OrganizationId)| {
        let need = json!({ "externalId": format!("N-{number}"), "company": company,
            "title": "Secado con menos agua", "summary": "Secar textiles con menos energía" });
        format!("{need}\n")
    };
    companies.iter().enumerate().map(line).collect()
}

async fn needs_are_drafts_of_who_brings_them(world: &World) {
    let cast = world.cast().await;
    let liaison = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.north]).await;
    let input = json!({ "what": "NEEDS", "organization": cast.chamber, "format": "JSONL" });
    let mut file = needs(&[cast.company, cast.ally, cast.other_company]);
    file += "no es JSON\n";
    let job = brought(world, &liaison, input.clone(), file).await;
    assert_eq!(counts(&job), [4, 1, 0, 0, 3, 0]);
    let told = notes(world, &job).await;
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 3);
    // Beyond the region, and of another chamber: each line is asked for like a draft by hand.
    for (note, line) in told.iter().zip([2, 3, 4]) {
        assert_eq!((&note["line"], &note["kind"]), (&json!(line), &json!("ERROR")));
    }
    let drafts = need::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!((drafts[0].company_id, drafts[0].status), (cast.company, NeedStatus::Draft));
    let drafted = event::Entity::find().filter(event::Column::Kind.eq("NEED_DRAFTED"));
    assert_eq!(drafted.one(world.db().fresh()).await.unwrap().unwrap().actor_id, liaison.id);
    // A file that is none is refused whole, and says why.
    let csv = json!({ "what": "NEEDS", "organization": cast.chamber, "format": "CSV" });
    let job = brought(world, &liaison, csv, "company,title\n").await;
    assert_eq!((&job["status"], &job["errorCode"]), (&json!("FAILED"), &json!("INVALID")));
    assert!(job["errorMessage"].as_str().unwrap().contains("externalId"), "{job}");
    assert!(job["url"].is_null());
    world.events().await;
}

async fn a_machine_brings_what_its_scopes_name(world: &World) {
    let cast = world.cast().await;
    let machine = machine(world, cast.chamber, "CHAMBER_LIAISON", &["WRITE_NEEDS"]).await;
    let token = machine.token().await;
    let ask = async |input: Value| {
        let ask = "mutation($input: BulkImportStartInput!) { bulkImportStart(input: $input) { \
            bulkJob { id uploadUrl status } userErrors { code } } }";
        world.send(Some(&token), ask, json!({ "input": input })).await
    };
    let needs_of = json!({ "what": "NEEDS", "organization": cast.chamber, "format": "JSONL" });
    let started = ask(needs_of).await;
    let upload = started.root()["bulkJob"]["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, upload, Some(needs(&[cast.company]).into())).await.status, 204);
    assert_eq!(carried_out(world, "worker").await, 1);
    let drafted = event::Entity::find().filter(event::Column::Kind.eq("NEED_DRAFTED"));
    let drafted = drafted.one(world.db().fresh()).await.unwrap().unwrap();
    assert!(drafted.actor_id.is_none() && drafted.client_id.is_some());
    // A roll is for people, and offers are not in its scopes.
    assert_eq!(ask(roll(cast.chamber)).await.code(), "FORBIDDEN");
    let offers = json!({ "what": "OFFERS", "organization": cast.ott, "format": "JSONL" });
    assert_eq!(ask(offers).await.code(), "FORBIDDEN");
    world.events().await;
}

async fn a_network_comes_as_one(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let people = json!([{ "key": "uno", "name": "Persona Inventada", "organization": cast.company,
        "role": "MEMBER_USER" }]);
    let input = json!({ "what": "NETWORK", "format": "JSONL" });
    let job = brought(world, &admin, input.clone(), json!({ "people": people }).to_string()).await;
    assert_eq!(counts(&job), [1, 1, 0, 0, 0, 0]);
    let found = person::Entity::find().filter(person::Column::Name.eq("Persona Inventada"));
    let found = found.one(world.db().fresh()).await.unwrap().unwrap();
    let held = membership::Entity::find().filter(membership::Column::PersonId.eq(found.id));
    assert_eq!(held.one(world.db().fresh()).await.unwrap().unwrap().organization_id, cast.company);
    let wrong = brought(world, &admin, input.clone(), "{\"peopl\": []}").await;
    assert_eq!((&wrong["status"], &wrong["errorCode"]), (&json!("FAILED"), &json!("INVALID")));
    // It is read as a whole, and so must not be long.
    let job = start(&admin, input).await.root()["bulkJob"].clone();
    let long = vec![b' '; (16 << 20) + 1];
    assert_eq!(
        world.transfer(None, job["uploadUrl"].as_str().unwrap(), Some(long)).await.status,
        413
    );
    world.events().await;
}

async fn what_breaks_off_can_be_sent_again(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let job = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let (id, upload) = (job["id"].as_str().unwrap(), job["uploadUrl"].as_str().unwrap());
    let cut = world.transfer_cut(upload, ROLL.as_bytes()[..60].to_vec(), ROLL.len()).await;
    assert_eq!(cut.status, 422);
    assert_eq!(world.transfer(None, upload, Some(Vec::new())).await.status, 422);
    assert_eq!(seen(&admin, id).await["status"], "WAITING");
    let kept = std::fs::read_dir(world.files()).map_or(0, |shelves| {
        shelves
            .filter_map(Result::ok)
            .map(|shelf| std::fs::read_dir(shelf.path()).unwrap().count())
            .sum()
    });
    assert_eq!(kept, 0, "nothing is left of it");
    // Forged, cut, for something else, too late.
    let forged = upload.replace("link=", "link=x");
    assert_eq!(world.transfer(None, &forged, Some(ROLL.into())).await.status, 403);
    let other = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let (link, _) = upload.split_once('?').unwrap();
    let theirs = other["uploadUrl"].as_str().unwrap().split_once('?').unwrap().1;
    assert_eq!(
        world.transfer(None, &format!("{link}?{theirs}"), Some(ROLL.into())).await.status,
        403
    );
    let stranger = world.person(Role::ChamberAdmin, cast.other_chamber).await.token();
    assert_eq!(world.transfer(stranger.as_deref(), upload, Some(ROLL.into())).await.status, 403);
    world.pass(TimeDelta::minutes(5));
    assert_eq!(world.transfer(None, upload, Some(ROLL.into())).await.status, 403);
    // A new link lets it come.
    let upload = seen(&admin, id).await["uploadUrl"].as_str().unwrap().to_owned();
    assert_eq!(world.transfer(None, &upload, Some(ROLL.into())).await.status, 204);
    world.events().await;
}

async fn what_does_not_come_is_forgotten(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let job = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let id = job["id"].as_str().unwrap();
    world.pass(TimeDelta::hours(23));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(seen(&admin, id).await["status"], "WAITING");
    world.pass(TimeDelta::hours(1));
    clockwork::run_due(&world.service).await.unwrap();
    assert!(seen(&admin, id).await.is_null());
    world.events().await;
}

async fn who_may_not_any_more_brings_nothing(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let job = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let upload = job["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, upload, Some(ROLL.into())).await.status, 204);
    let held =
        membership::Entity::find().filter(membership::Column::PersonId.eq(admin.id.unwrap()));
    let held = held.one(world.db().fresh()).await.unwrap().unwrap();
    world.overwrite(membership::Model { to_at: Some(world.now()), ..held }).await;
    assert_eq!(carried_out(world, "worker").await, 1);
    let row = bulk_job::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!((row.status, row.done), (BulkJobStatus::Failed, 0));
    assert_eq!(row.error_code, Some(BulkErrorCode::Forbidden));
    let count = external_ref::Entity::find()
        .filter(external_ref::Column::System.eq(cast.chamber.to_string()))
        .count(world.db().fresh())
        .await
        .unwrap();
    assert_eq!(count, 0);
    world.events().await;
}

async fn what_is_called_off_goes_no_further(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let job = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let upload = job["uploadUrl"].as_str().unwrap();
    let cancel = "mutation($input: BulkJobCancelInput!) { bulkJobCancel(input: $input) { bulkJob { status } userErrors { code } } }";
    let input = json!({ "input": { "id": job["id"], "expectedVersion": 1 } });
    assert_eq!(admin.send(cancel, input.clone()).await.outcome(), "DONE");
    assert_eq!(world.transfer(None, upload, Some(ROLL.into())).await.status, 409);
    assert_eq!(carried_out(world, "worker").await, 0);
    assert_eq!(admin.send(cancel, input).await.user_errors(), ["STALE_OBJECT"]);
    world.events().await;
}

/// Somebody who took the job and went away has left what the row says; who comes next goes on.
async fn another_worker_goes_on_behind_the_last_line(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let line =
        |n: usize| format!("E-{n},Empresa {n},{}\n", if n.is_multiple_of(300) { "x" } else { "5" });
    let lines: String = (1..=1_200).map(line).collect();
    let file = format!("externalId,legalName,workers\n{lines}");
    let job = start(&admin, roll(cast.chamber)).await.root()["bulkJob"].clone();
    let upload = job["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, upload, Some(file.clone().into())).await.status, 204);
    // The first batch is on record, and with it how far that is.
    let row = bulk_job::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    let id = row.id;
    let options =
        Options { chamber: Some(cast.chamber), claims: admin.claims(), ..Options::default() };
    let mut first = Marks { most: 1, ..Marks::default() };
    let broken =
        import::organizations(&world.service, &mut file.as_bytes(), &options, &mut first).await;
    assert!(broken.is_err());
    let Mark { line, report } = first.kept[0];
    world
        .overwrite(bulk_job::Model {
            status: BulkJobStatus::Running,
            checkpoint: Some(json!({ "line": line, "notes": { "waiting": "line,column,kind,message\n301,workers,ERROR,x\n", "told": 1 } })),
            done: report.lines.try_into().unwrap(),
            created: report.created.try_into().unwrap(),
            skipped: report.skipped.try_into().unwrap(),
            attempts: 1,
            taken_by: Some("gone".to_owned()),
            taken_until: Some(world.now() + TimeDelta::seconds(60)),
            started_at: Some(world.now()),
            ..row
        })
        .await;
    // As long as the lease is kept nobody else does it.
    assert_eq!(carried_out(world, "next").await, 0);
    world.pass(TimeDelta::seconds(61));
    assert_eq!(carried_out(world, "next").await, 1);
    let done = seen(&admin, &id.to_string()).await;
    assert_eq!(counts(&done), [1_200, 1_196, 0, 0, 4, 0]);
    let told = notes(world, &done).await;
    let lines: Vec<_> = told.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(lines, ["301", "601", "901", "1201"]);
    let count = external_ref::Entity::find()
        .filter(external_ref::Column::System.eq(cast.chamber.to_string()))
        .count(world.db().fresh())
        .await
        .unwrap();
    assert_eq!(count, 1_196);
    world.events().await;
}
