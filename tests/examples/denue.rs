//! Writes a made-up file in the layout of INEGI's DENUE download, for measuring imports:
//!
//! ```sh
//! cargo run -p tests --example denue -- 53000 > denue.csv
//! ```

use std::io::{self, BufWriter, Write};

/// The header as INEGI publishes it.
const HEADER: &str = "id,clee,nom_estab,raz_social,codigo_act,nombre_act,per_ocu,tipo_vial,nom_vial,\
tipo_v_e_1,nom_v_e_1,tipo_v_e_2,nom_v_e_2,tipo_v_e_3,nom_v_e_3,numero_ext,letra_ext,edificio,\
edificio_e,numero_int,letra_int,tipo_asent,nomb_asent,tipoCenCom,nom_CenCom,num_local,cod_postal,\
cve_ent,entidad,cve_mun,municipio,cve_loc,localidad,ageb,manzana,telefono,correoelec,www,\
tipoUniEco,latitud,longitud,fecha_alta";

const STRATA: [&str; 7] = [
    "0 a 5 personas",
    "6 a 10 personas",
    "11 a 30 personas",
    "31 a 50 personas",
    "51 a 100 personas",
    "101 a 250 personas",
    "251 y más personas",
];

/// Manufacturing classes of SCIAN 2018.
const CLASSES: [&str; 8] =
    ["311110", "313111", "315223", "321111", "325110", "326110", "332710", "336210"];

/// States with one of their municipalities.
const PLACES: [(&str, &str, &str, &str); 4] = [
    ("19", "Nuevo León", "039", "Monterrey"),
    ("05", "Coahuila de Zaragoza", "030", "Saltillo"),
    ("11", "Guanajuato", "020", "León"),
    ("14", "Jalisco", "039", "Guadalajara"),
];

fn main() -> io::Result<()> {
    let lines = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(53_000);
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{HEADER}")?;
    for number in 0..lines {
        writeln!(out, "{}", line(number))?;
    }
    out.flush()
}

fn line(number: usize) -> String {
    let class = CLASSES[number % CLASSES.len()];
    let (state, state_name, municipality, municipality_name) = PLACES[number / 3 % PLACES.len()];
    let stratum = STRATA[number * 5 % STRATA.len()];
    let latitude = 20.0 + f64::from(u32::try_from(number % 50_000).unwrap_or(0)) / 10_000.0;
    format!(
        "{id},19{number:026},\"TALLER DE MAQUINADO, EJEMPLO {number}\",\
         \"MAQUINADOS DE EJEMPLO {number}, S.A. DE C.V.\",{class},Fabricación de ejemplo,{stratum},\
         AVENIDA,DE LA INVENCIÓN {street},CALLE,PRIMERA,CALLE,SEGUNDA,CALLE,TERCERA,{house},NA,,,\
         0,,COLONIA,INDUSTRIAL EJEMPLO,NA,NA,,6{postal:04},{state},{state_name},{municipality},\
         {municipality_name},0001,{municipality_name},0420,012,81{phone:08},\
         contacto{number}@ejemplo.example,WWW.EJEMPLO{number}.EXAMPLE,Fijo,{latitude:.8},\
         -100.31000000,2019-11",
        id = 9_000_000 + number,
        street = number % 977,
        house = number % 400 + 1,
        postal = number % 10_000,
        phone = number % 100_000_000,
    )
}
