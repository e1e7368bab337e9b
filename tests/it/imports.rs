//! Rolls of organizations: INEGI's DENUE as published, and our own layout.

use api::import::{self, Listener, Mark, Note, Notes, Options, Report};
use entity::{OrganizationKind, Role, affiliation, external_ref, organization};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tests::{Cast, World, records};

tests::stories!(
    a_directory_is_imported_as_published,
    a_directory_again_changes_what_has_changed,
    a_company_is_where_its_delegation_is,
    private_facts_stay_private,
    every_stratum_has_its_class,
    bad_lines_are_left_out_and_told,
    a_strict_import_is_all_or_nothing,
    files_that_are_none_are_refused_whole,
    batches_stay_though_the_file_breaks_off,
    what_broke_off_goes_on_where_it_was,
    our_own_layout_knows_more,
    references_must_lead_somewhere,
    a_network_again_changes_nothing,
);

const HEADER: &str = "id,clee,nom_estab,raz_social,codigo_act,nombre_act,per_ocu,tipo_vial,nom_vial,tipo_v_e_1,nom_v_e_1,tipo_v_e_2,nom_v_e_2,tipo_v_e_3,nom_v_e_3,numero_ext,letra_ext,edificio,edificio_e,numero_int,letra_int,tipo_asent,nomb_asent,tipoCenCom,nom_CenCom,num_local,cod_postal,cve_ent,entidad,cve_mun,municipio,cve_loc,localidad,ageb,manzana,telefono,correoelec,www,tipoUniEco,latitud,longitud,fecha_alta";

/// A line of DENUE; `changes` are columns with other values.
fn line(id: &str, changes: &[(&str, &str)]) -> String {
    let usual = [
        ("id", id),
        ("clee", "05030326194000011000000000U1"),
        ("nom_estab", "INYECCIÓN PEÑA"),
        ("raz_social", "INYECCION PEÑA SA DE CV"),
        ("codigo_act", "326194"),
        ("per_ocu", "31 a 50 personas"),
        ("tipo_vial", "CALLE"),
        ("nom_vial", "DEL EJEMPLO"),
        ("numero_ext", "12"),
        ("letra_ext", "NA"),
        ("cod_postal", "05030"),
        ("cve_ent", "05"),
        ("entidad", "Coahuila de Zaragoza"),
        ("cve_mun", "030"),
        ("municipio", "Saltillo"),
        ("telefono", "8440000000"),
        ("correoelec", "HOLA@EJEMPLO.EXAMPLE"),
        ("www", "NA"),
        ("tipoUniEco", "Fijo"),
        ("latitud", "25.42321000"),
        ("longitud", "-100.99990000"),
        ("fecha_alta", "2019-11"),
    ];
    let cell = |name: &str| {
        let found = changes.iter().chain(&usual).find(|(column, _)| *column == name);
        found.map_or_else(String::new, |(_, text)| (*text).to_owned())
    };
    HEADER.split(',').map(cell).collect::<Vec<_>>().join(",")
}

pub(crate) fn file(lines: &[String]) -> String {
    format!("{HEADER}\n{}\n", lines.join("\n"))
}

/// Imports a roll and hears the notes.
pub(crate) async fn read(
    world: &World,
    file: impl AsRef<[u8]>,
    options: &Options,
) -> (Result<Report, api::error::Error>, Vec<Note>) {
    let mut notes = Notes::default();
    let mut source = file.as_ref();
    let report = import::organizations(&world.service, &mut source, options, &mut notes).await;
    (report, notes.0)
}

pub(crate) fn of(cast: &Cast) -> Options {
    Options { chamber: Some(cast.chamber), ..Options::default() }
}

/// Notes as `line column`, those of warnings with a question mark.
pub(crate) fn brief(notes: &[Note]) -> Vec<String> {
    let brief = |note: &Note| {
        let mark = if note.error { "" } else { "?" };
        format!("{} {}{mark}", note.line, note.column.as_deref().unwrap_or("-"))
    };
    notes.iter().map(brief).collect()
}

fn counts(report: &Report) -> [u64; 5] {
    [report.lines, report.created, report.updated, report.unchanged, report.skipped]
}

async fn by_denue(world: &World, id: &str) -> organization::Model {
    let key = ("DENUE".to_owned(), id.to_owned());
    let known = external_ref::Entity::find_by_id(key).one(world.db().fresh()).await.unwrap();
    let id: entity::OrganizationId = known.expect("a reference").record.parse().unwrap();
    organization::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap().expect("a row")
}

async fn membership_of(world: &World, company: entity::OrganizationId) -> affiliation::Model {
    let rows = affiliation::Entity::find().filter(affiliation::Column::CompanyId.eq(company));
    let mut rows = rows.all(world.db().fresh()).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn a_directory_is_imported_as_published(world: &World) {
    let cast = world.cast().await;
    let quoted = [("nom_estab", "\"TALLER \"\"EL 8\"\", PEÑA\""), ("cod_postal", "1000")];
    let text = file(&[
        line("6000100", &[]),
        line("6000101", &quoted),
        line("6000102", &[("raz_social", "NA"), ("cod_postal", ""), ("per_ocu", "NA")]),
        line("6000103", &[("codigo_act", "326999"), ("cve_mun", "999")]),
    ]);
    let folder = std::env::temp_dir().join(format!("vinculo-{}", uuid::Uuid::new_v4()));
    std::fs::write(&folder, encoded_latin(&text)).unwrap();
    let mut notes = Notes::default();
    let mut latin = import::open(&folder).unwrap();
    let options = of(&cast);
    let report = import::organizations(&world.service, &mut *latin, &options, &mut notes).await;
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(counts(&report.unwrap()), [4, 4, 0, 0, 0]);
    assert_eq!(brief(&notes.0), ["5 codigo_act?", "5 cve_mun?"]);
    assert_eq!(world.events().await, ["ORGANIZATIONS_IMPORTED"]);

    let row = by_denue(world, "6000100").await;
    assert_eq!(row.legal_name, "INYECCION PEÑA SA DE CV");
    assert_eq!(row.trade_name.as_deref(), Some("INYECCIÓN PEÑA"));
    assert_eq!((row.scian.as_deref(), row.subsector.as_deref()), (Some("326194"), Some("326")));
    assert_eq!(row.workers_stratum.as_deref(), Some("31 a 50 personas"));
    assert_eq!(row.address.as_deref(), Some("CALLE DEL EJEMPLO 12"));
    assert_eq!((row.latitude_e6, row.longitude_e6), (Some(25_423_210), Some(-100_999_900)));
    assert_eq!((row.postal_code.as_deref(), row.website), (Some("05030"), None));
    let row = by_denue(world, "6000101").await;
    assert_eq!(row.trade_name.as_deref(), Some("TALLER \"EL 8\", PEÑA"));
    assert_eq!(row.postal_code.as_deref(), Some("01000"));
    let row = by_denue(world, "6000102").await;
    assert_eq!((row.legal_name.as_str(), row.trade_name), ("INYECCIÓN PEÑA", None));
    assert_eq!((row.postal_code, row.size_class), (None, None));
    let row = by_denue(world, "6000103").await;
    assert_eq!((row.scian.as_deref(), row.municipality_code), (Some("326"), None));

    // In UTF-8, with and without a mark, it is the same file.
    for bytes in [text.clone(), format!("\u{feff}{text}")] {
        std::fs::write(&folder, bytes).unwrap();
        let mut again = import::open(&folder).unwrap();
        let mut notes = Notes::default();
        let report = import::organizations(&world.service, &mut *again, &options, &mut notes).await;
        assert_eq!(counts(&report.unwrap()), [4, 0, 0, 4, 0]);
    }
    std::fs::remove_file(&folder).unwrap();

    let query = "{ organizations(filter: { scian: \"326\", state: \"05\" }) { totalCount nodes { \
        name sizeClass sizeBasis subsector { code } state { code } chambers { name } } } }";
    let seen = world.nobody().send(query, json!({})).await.root().clone();
    assert_eq!(seen["totalCount"], 4);
    let company = json!({ "name": "INYECCIÓN PEÑA", "sizeClass": "SMALL",
        "sizeBasis": "WORKERS_ONLY", "subsector": { "code": "326" }, "state": { "code": "05" },
        "chambers": [{ "name": "Cámara de Transformación" }] });
    assert!(seen["nodes"].as_array().unwrap().contains(&company), "{seen:#}");
}

fn encoded_latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect()
}

async fn a_directory_again_changes_what_has_changed(world: &World) {
    let cast = world.cast().await;
    let mut lines = vec![line("1", &[]), line("2", &[]), line("3", &[])];
    read(world, file(&lines), &of(&cast)).await.0.unwrap();
    assert_eq!(world.events().await, ["ORGANIZATIONS_IMPORTED"]);
    let before = by_denue(world, "2").await;

    let (again, notes) = read(world, file(&lines), &of(&cast)).await;
    assert_eq!((counts(&again.unwrap()), notes), ([3, 0, 0, 3, 0], Vec::new()));
    assert!(world.events().await.is_empty(), "nothing happened");
    assert_eq!(by_denue(world, "2").await, before);

    world.pass(chrono::TimeDelta::days(1));
    lines[1] = line("2", &[("per_ocu", "251 y más personas")]);
    lines.push(line("4", &[]));
    let (changed, _) = read(world, file(&lines), &of(&cast)).await;
    assert_eq!(counts(&changed.unwrap()), [4, 1, 1, 2, 0]);
    let after = by_denue(world, "2").await;
    assert_eq!((after.id, after.version), (before.id, 2));
    assert_eq!(after.created_at, before.created_at);
    assert_eq!(after.size_class, Some(entity::SizeClass::Large));
    let happened = world.event_rows().await;
    assert_eq!(happened.len(), 1);
    let told = happened[0].body["organizations"].as_array().unwrap().len();
    assert_eq!(told, 2, "what stayed the same did not happen: {:#}", happened[0].body);
    let members = affiliation::Entity::find()
        .filter(affiliation::Column::ChamberId.eq(cast.chamber))
        .count(world.db().fresh());
    assert_eq!(members.await.unwrap(), 2 + 4, "nobody joins twice");
}

async fn a_company_is_where_its_delegation_is(world: &World) {
    let cast = world.cast().await;
    // Both delegations of the cast serve 05030: which one is not told.
    let ambiguous = line("1", &[]);
    let mut southern = records::delegation(cast.southern, cast.chamber, cast.south, "R02");
    southern.municipalities = ["05027"].iter().collect();
    let elsewhere = line("2", &[("cve_ent", "19"), ("cve_mun", "039")]);
    let unserved = line("3", &[("cve_mun", "035")]);
    read(world, file(&[ambiguous.clone(), elsewhere, unserved]), &of(&cast)).await.0.unwrap();
    for id in ["1", "2", "3"] {
        let place = membership_of(world, by_denue(world, id).await.id).await;
        assert_eq!((place.chamber_id, place.region_id), (cast.chamber, None), "{id}");
    }
    let query =
        "{ organizations(filter: { chamber: $c, state: \"05\" }) { nodes { region { code } } } }";
    let query = format!("query($c: ID!) {query}");
    let seen = world.nobody().send(&query, json!({ "c": cast.chamber.to_string() })).await;
    let regions = |seen: &Value| -> Vec<Value> {
        seen["nodes"].as_array().unwrap().iter().map(|node| node["region"].clone()).collect()
    };
    let nowhere = regions(seen.root()).iter().filter(|region| region.is_null()).count();
    assert_eq!(nowhere, 2, "the state says nothing about the region: {:#}", seen.body);

    // Once one delegation alone serves it, the same file says where it is.
    world.overwrite(southern).await;
    read(world, file(&[ambiguous]), &of(&cast)).await.0.unwrap();
    let place = membership_of(world, by_denue(world, "1").await.id).await;
    assert_eq!((place.delegation_id, place.region_id), (Some(cast.northern), Some(cast.north)));
    assert_eq!(world.events().await.len(), 2);
    // A chamber must be one.
    let wrong = Options { chamber: Some(cast.ott), ..Options::default() };
    assert!(read(world, file(&[line("9", &[])]), &wrong).await.0.is_err());
}

async fn private_facts_stay_private(world: &World) {
    let cast = world.cast().await;
    read(world, file(&[line("1", &[])]), &of(&cast)).await.0.unwrap();
    world.events().await;
    let id = json!({ "id": by_denue(world, "1").await.id.to_string() });
    let query = "query($id: ID!) { organization(id: $id) { name telephone email address postalCode \
        denueId latitude rfc workers redactedFields } }";
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    for somebody in [world.nobody(), world.stranger().await, officer] {
        let seen = somebody.send(query, id.clone()).await.root().clone();
        assert_eq!(seen["name"], "INYECCIÓN PEÑA");
        for field in ["telephone", "email", "address", "postalCode", "denueId", "latitude"] {
            assert!(seen[field].is_null(), "{field}: {seen:#}");
            assert!(seen["redactedFields"].as_array().unwrap().contains(&json!(field)));
        }
    }
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let seen = liaison.send(query, id).await.root().clone();
    assert_eq!((&seen["telephone"], &seen["denueId"]), (&json!("8440000000"), &json!("1")));
    assert!(seen["rfc"].is_null());
}

async fn every_stratum_has_its_class(world: &World) {
    let cast = world.cast().await;
    let strata = [
        ("0 a 5 personas", "MICRO", "MICRO"),
        ("6 a 10 personas", "MICRO", "MICRO"),
        ("11 a 30 personas", "SMALL", "SMALL"),
        ("31 a 50 personas", "SMALL", "MEDIUM"),
        ("51 a 100 personas", "MEDIUM", "MEDIUM"),
        ("101 a 250 personas", "MEDIUM", "LARGE"),
        ("251 y más personas", "LARGE", "LARGE"),
    ];
    let lines = strata.iter().enumerate().flat_map(|(index, (stratum, ..))| {
        let industry = line(&format!("i{index}"), &[("per_ocu", stratum)]);
        [industry, line(&format!("c{index}"), &[("per_ocu", stratum), ("codigo_act", "461110")])]
    });
    read(world, file(&lines.collect::<Vec<_>>()), &of(&cast)).await.0.unwrap();
    world.events().await;
    for (index, (stratum, industry, commerce)) in strata.iter().enumerate() {
        for (id, expected) in [(format!("i{index}"), industry), (format!("c{index}"), commerce)] {
            let class = by_denue(world, &id).await.size_class;
            let class = class.map(|class| sea_orm::ActiveEnum::to_value(&class));
            assert_eq!(class.as_deref(), Some(*expected), "{stratum} {id}");
        }
    }
}

async fn bad_lines_are_left_out_and_told(world: &World) {
    let cast = world.cast().await;
    let long = "x".repeat(301);
    let longest = "y".repeat(2_000_000);
    let text = file(&[
        line("", &[]),
        line("3", &[("per_ocu", "muchas"), ("cve_ent", "33"), ("cve_mun", "1")]),
        line("4", &[("codigo_act", "9"), ("latitud", "norte"), ("longitud", "NaN")]),
        line("5", &[("nom_estab", ""), ("raz_social", "NA")]),
        line("6", &[("nom_estab", &long)]),
        format!("{},more", line("7", &[])),
        "8,too,few".to_owned(),
        line("9", &[]),
        line("9", &[("nom_estab", "OTRA")]),
        line("11", &[("nom_vial", "a\0b"), ("nom_estab", "c\0"), ("telefono", "\0")]),
        line("12", &[("nom_estab", "\"never closed")]),
        line("13", &[("nom_estab", "\"INYECCIÓN PEÑA\"")]),
        line("14", &[("nom_vial", &longest)]),
        line("15", &[("cod_postal", "123456"), ("cve_mun", "abc")]),
        line("16", &[("nom_estab", "\"IN TWO\nLINES\"")]),
        line("\0", &[]),
        line("18", &[("codigo_act", "")]),
        line("19", &[("per_ocu", "\0")]),
    ]);
    let (report, notes) = read(world, &text, &of(&cast)).await;
    assert_eq!(counts(&report.unwrap()), [18, 3, 0, 0, 15], "{notes:?}");
    assert_eq!(
        brief(&notes),
        [
            "2 id",
            "3 per_ocu",
            "3 cve_ent",
            "4 codigo_act",
            "4 latitud",
            "4 longitud",
            "5 nom_estab",
            "6 nom_estab",
            "7 -",
            "8 -",
            "10 id",
            "11 nom_estab",
            "11 nom_vial",
            "11 telefono",
            "12 -",
            "14 -",
            "15 cve_mun",
            "15 cod_postal",
            "18 id",
            "19 codigo_act",
            "20 per_ocu",
        ]
    );
    for id in ["9", "13", "16"] {
        by_denue(world, id).await;
    }
    assert_eq!(by_denue(world, "9").await.trade_name.as_deref(), Some("INYECCIÓN PEÑA"));
    assert_eq!(by_denue(world, "16").await.trade_name.as_deref(), Some("IN TWO LINES"));
    let every = organization::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!(every, 9 + 3, "of a line that is left out nothing is written");
    assert_eq!(world.events().await, ["ORGANIZATIONS_IMPORTED"]);
}

async fn a_strict_import_is_all_or_nothing(world: &World) {
    let cast = world.cast().await;
    let mut lines: Vec<_> = (0..600).map(|id| line(&id.to_string(), &[])).collect();
    let strict = Options { strict: true, ..of(&cast) };
    lines[550] = line("550", &[("per_ocu", "muchas")]);
    lines[580] = "broken".to_owned();
    let (refused, notes) = read(world, file(&lines), &strict).await;
    assert!(matches!(refused, Err(api::error::Error::Refused(_))));
    assert_eq!(brief(&notes), ["552 per_ocu", "582 -"], "all of them are told");
    let every = organization::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!(every, 9, "not even the first batch");
    lines.truncate(550);
    assert_eq!(read(world, file(&lines), &strict).await.0.unwrap().created, 550);
    assert_eq!(world.events().await, ["ORGANIZATIONS_IMPORTED"; 2]);
}

async fn files_that_are_none_are_refused_whole(world: &World) {
    let cast = world.cast().await;
    let without = HEADER.replace("cve_ent,", "").replace("per_ocu,", "");
    let wide = vec!["x"; 2_000].join(",");
    for (text, told) in [
        (String::new(), "the file is empty"),
        ("\n\n".to_owned(), "the file is empty"),
        (format!("{without}\n"), "missing columns: per_ocu, cve_ent"),
        (format!("{HEADER},id\n"), "column occurs twice: id"),
        ("externalId,legalName,favouriteColour\n".to_owned(), "unknown columns: favouriteColour"),
        ("hello\n".to_owned(), "missing columns: externalId, legalName"),
        (format!("{wide}\n"), "too many columns"),
        ("\"id,clee".to_owned(), "a quote is not closed"),
        ("z".repeat(1 << 21), "the line is too long"),
        ("\0\0\0\0".to_owned(), "missing columns"),
    ] {
        let Err(error) = read(world, &text, &of(&cast)).await.0 else { panic!("{told}") };
        let api::error::Error::Refused(errors) = error else { panic!("{error:?}") };
        assert!(errors[0].message.contains(told), "{told}: {}", errors[0].message);
    }
    assert_eq!(counts(&read(world, HEADER, &of(&cast)).await.0.unwrap()), [0; 5]);
    let extra = format!("{HEADER},nueva\n{},x\n", line("1", &[]));
    assert_eq!(read(world, extra, &of(&cast)).await.0.unwrap().created, 1, "INEGI may add columns");
    assert_eq!(world.events().await.len(), 1);
}

/// A file whose disk goes away after some bytes.
struct BreaksOff<'a>(&'a [u8]);

impl std::io::Read for BreaksOff<'_> {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(target)? {
            0 => Err(std::io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

async fn batches_stay_though_the_file_breaks_off(world: &World) {
    let cast = world.cast().await;
    let lines: Vec<_> = (0..1_200).map(|id| line(&id.to_string(), &[])).collect();
    let text = file(&lines);
    let mut source = BreaksOff(text.as_bytes());
    let mut notes = Notes::default();
    let broken = import::organizations(&world.service, &mut source, &of(&cast), &mut notes).await;
    assert!(broken.is_err());
    let events = world.event_rows().await;
    assert_eq!(events.len(), 2, "two batches of 500 are whole");
    let every = organization::Entity::find().count(world.db().fresh()).await.unwrap();
    let members = affiliation::Entity::find().count(world.db().fresh()).await.unwrap();
    assert_eq!((every, members), (9 + 1_000, 3 + 1_000));
    let told = |event: &entity::event::Model| event.body["organizations"].as_array().unwrap().len();
    assert!(events.iter().all(|event| told(event) == 500));
    let (rest, _) = read(world, &text, &of(&cast)).await;
    assert_eq!(counts(&rest.unwrap()), [1_200, 200, 0, 1_000, 0]);
    world.events().await;
}

/// Keeps how far a file is, and wants no more after so many marks.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) notes: Vec<Note>,
    pub(crate) kept: Vec<Mark>,
    pub(crate) most: usize,
    /// How many came with a transaction, and were kept only if that was.
    pub(crate) with_work: usize,
}

impl Listener for Marks {
    fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    fn progress(&mut self, _: &Report) {}

    fn settled<'a>(
        &'a mut self,
        work: Option<&'a DatabaseTransaction>,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<(), api::error::Error>> {
        let end = self.kept.len() == self.most;
        if !end {
            self.kept.push(*mark);
            self.with_work += usize::from(work.is_some());
        }
        let over = api::error::Error::Overloaded;
        std::future::ready(if end { Err(over) } else { Ok(()) }).boxed()
    }
}

async fn what_broke_off_goes_on_where_it_was(world: &World) {
    let cast = world.cast().await;
    // Three batches, with a bad line in each, and one that is there twice, far apart.
    let mut lines: Vec<_> = (0..1_300).map(|n| line(&format!("61{n:05}"), &[])).collect();
    for bad in [7, 700, 1_200] {
        lines[bad] = line(&format!("61{bad:05}"), &[("per_ocu", "muchas")]);
    }
    lines.push(lines[3].clone());
    let text = file(&lines);
    let mut options = of(&cast);
    let mut first = Marks { most: 1, ..Marks::default() };
    let broken =
        import::organizations(&world.service, &mut text.as_bytes(), &options, &mut first).await;
    assert!(matches!(broken, Err(api::error::Error::Overloaded)));
    let kept = first.kept[0];
    assert_eq!((kept.line, counts(&kept.report)), (502, [501, 500, 0, 0, 1]));
    // What was not kept did not happen.
    let count = external_ref::Entity::find().filter(external_ref::Column::System.eq("DENUE"));
    assert_eq!(count.clone().count(world.db().fresh()).await.unwrap(), 500);

    options.done = kept;
    let mut rest = Marks { most: 9, ..Marks::default() };
    let report =
        import::organizations(&world.service, &mut text.as_bytes(), &options, &mut rest).await;
    assert_eq!(counts(&report.unwrap()), [1_301, 1_297, 0, 0, 4]);
    assert_eq!(brief(&rest.notes), ["702 per_ocu", "1202 per_ocu", "1302 id"]);
    let last = rest.kept.last().unwrap();
    assert_eq!((last.line, last.report.lines), (1_302, 1_301));
    assert_eq!(count.count(world.db().fresh()).await.unwrap(), 1_297);
    // Again: nothing is new, and it is told all the same how far it is.
    options.done = Mark::default();
    let mut again = Marks { most: 9, ..Marks::default() };
    let report =
        import::organizations(&world.service, &mut text.as_bytes(), &options, &mut again).await;
    assert_eq!(counts(&report.unwrap()), [1_301, 0, 0, 1_297, 4]);
    assert_eq!((again.with_work, again.kept.len()), (0, 4));
    world.events().await;
}

async fn our_own_layout_knows_more(world: &World) {
    let cast = world.cast().await;
    let header = "externalId,legalName,kind,tradeName,rfc,workers,annualSalesMdp,scian,secondaryScian,stateCode,municipality,chamber,delegation,memberNo,marks,parent,affiliatedFrom";
    let chamber = cast.chamber.to_string();
    let text = format!(
        "{header}\n\
        U-1,Universidad Inventada,HIGHER_EDUCATION_INSTITUTION,,,,,,,05,,,,,,,\n\
        E-1,\"Moldes Inventados, S.A.\",COMPANY,Moldes,mol010101ab1,40,120.5,326194,332710;333,05,05030,{chamber},R02,77,MOLDEX,,2020-01-31\n\
        E-2,Filial de Moldes,STARTUP,,,5,,541,,5,5030,{chamber},R99,,,E-1,\n\
        E-3,Mala,COMPANY,,NOPE,-1,1.1234567,0,,99,5030,,,,,,31/01/2020\n\
        O-1,Oficina Inventada,TECHNOLOGY_TRANSFER_OFFICE,,,,,,,,,{chamber},,,,U-1,\n"
    );
    let options = Options { system: Some("padron".to_owned()), ..Options::default() };
    let (report, notes) = read(world, &text, &options).await;
    assert_eq!(counts(&report.unwrap()), [5, 4, 0, 0, 1], "{notes:?}");
    assert_eq!(
        brief(&notes),
        [
            "5 workers",
            "5 annualSalesMdp",
            "5 scian",
            "5 stateCode",
            "5 rfc",
            "5 affiliatedFrom",
            "4 delegation?"
        ]
    );
    let rows = organization::Entity::find()
        .filter(organization::Column::LegalName.contains("Inventad"))
        .order_by_asc(organization::Column::LegalName)
        .all(world.db().fresh())
        .await
        .unwrap();
    let [company, office, university] = rows.as_slice() else { panic!("{rows:#?}") };
    assert_eq!(company.rfc.as_deref(), Some("MOL010101AB1"));
    assert_eq!(company.annual_sales_minor, Some(12_050_000_000));
    assert_eq!(company.size_basis, Some(entity::SizeBasis::WorkersAndSales));
    assert_eq!(company.size_class, Some(entity::SizeClass::Medium), "4 + 108.45 points");
    assert_eq!(office.parent_id, Some(university.id));
    assert_eq!(university.kind, OrganizationKind::HigherEducationInstitution);
    let place = membership_of(world, company.id).await;
    assert_eq!((place.delegation_id, place.region_id), (Some(cast.southern), Some(cast.south)));
    assert_eq!(place.member_no.as_deref(), Some("77"));
    let offices = affiliation::Entity::find().filter(affiliation::Column::CompanyId.eq(office.id));
    assert_eq!(offices.count(world.db().fresh()).await.unwrap(), 0, "an office is no member");
    assert_eq!(world.events().await, ["ORGANIZATIONS_IMPORTED"]);
    assert_eq!(counts(&read(world, &text, &options).await.0.unwrap()), [5, 0, 0, 4, 1]);
    assert!(world.events().await.is_empty());
}

async fn references_must_lead_somewhere(world: &World) {
    let cast = world.cast().await;
    read(world, file(&[line("77", &[])]), &of(&cast)).await.0.unwrap();
    let nobody = entity::OrganizationId::new(world.now());
    let company = cast.company;
    let text = format!(
        "externalId,legalName,parent,chamber\n\
        A,Una,{nobody},\nB,Otra,E-9,\nC,Tercera,DENUE/77,\nD,Cuarta,,{company}\nE,Quinta,F,\nF,Sexta,C,\n"
    );
    let (report, notes) = read(world, text, &Options::default()).await;
    assert_eq!(counts(&report.unwrap()), [6, 2, 0, 0, 4]);
    assert_eq!(brief(&notes), ["2 parent", "3 parent", "5 chamber", "6 parent"]);
    let third = organization::Entity::find().filter(organization::Column::LegalName.eq("Tercera"));
    let third = third.one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!(third.parent_id, Some(by_denue(world, "77").await.id));
    assert_eq!(world.events().await.len(), 2);
}

async fn a_network_again_changes_nothing(world: &World) {
    let cast = world.cast().await;
    let mut network = json!({
        "chambers": [{ "organization": cast.chamber.to_string(), "sectors": ["31-33"],
            "regions": [{ "code": "R07", "name": "Siete", "delegations": [
                { "code": "D1", "name": "Uno", "municipalities": ["05018"] }] }] }],
        "otts": [{ "organization": cast.ott.to_string(), "staffFte": "4.5",
            "hostInstitution": cast.university.to_string() }],
        "people": [{ "key": "ana", "name": "Ana", "organization": cast.chamber.to_string(),
            "role": "CHAMBER_LIAISON", "regions": ["R07"] }],
    });
    let read = async |network: &Value| {
        let text = network.to_string();
        let mut source = text.as_bytes();
        import::network(&world.service, &mut source, &Options::default()).await
    };
    assert_eq!(counts(&read(&network).await.unwrap()), [3, 3, 0, 0, 0]);
    assert_eq!(world.events().await, ["PROFILE_IMPORTED", "PROFILE_IMPORTED", "MEMBERS_IMPORTED"]);
    assert_eq!(counts(&read(&network).await.unwrap()), [3, 0, 0, 3, 0]);
    assert!(world.events().await.is_empty());
    network["chambers"][0]["regions"][0]["delegations"][0]["name"] = json!("Primera");
    assert_eq!(counts(&read(&network).await.unwrap()), [3, 0, 1, 2, 0]);
    assert_eq!(world.events().await, ["PROFILE_IMPORTED"]);
    network["otts"][0]["organization"] = json!("nobody");
    assert!(read(&network).await.is_err(), "all or nothing");
    assert!(read(&json!({ "companies": [] })).await.is_err());
}
