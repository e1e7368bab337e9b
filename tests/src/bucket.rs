//! A service that speaks as much S3 as is needed to keep files, on this machine, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, http::Method, web};
use api::documents::{Archive, ArchiveSettings, Bucket as Named, Place};

use crate::house::House;

/// The name of the one bucket.
const NAME: &str = "red-documentos";
/// Its key, and its secret.
const KEY: (&str, &str) = ("vinculo", "secreto");

#[derive(Debug, Default)]
struct Kept {
    objects: BTreeMap<String, Vec<u8>>,
    /// Uploads in parts that are under way, by their id.
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    /// How many there ever were.
    begun: usize,
}

/// A bucket, as long as it lives.
pub struct Bucket {
    kept: Arc<Mutex<Kept>>,
    address: String,
    server: ServerHandle,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({})", self.address)
    }
}

impl Bucket {
    /// Opens one, empty.
    pub async fn open() -> Self {
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let data = web::Data::from(kept.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(web::PayloadConfig::new(20_000_000))
                .default_service(web::to(serve))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { kept, address, server: handle }
    }

    /// An archive over it.
    #[must_use]
    pub fn archive(&self, most_bytes: i32) -> Archive {
        Archive::open(ArchiveSettings {
            place: Place::Bucket(Named {
                name: NAME.to_owned(),
                endpoint: Some(self.address.clone()),
                region: "us-east-1".to_owned(),
                key: Some((KEY.0.to_owned(), KEY.1.to_owned())),
            }),
            most_bytes,
            link_key: House::get().key.derive("links to documents").expect("a key"),
            address: None,
        })
        .expect("a bucket")
    }

    /// The keys of what is kept.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        locked(&self.kept).objects.keys().cloned().collect()
    }

    /// Puts something there, past the service.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        locked(&self.kept).objects.insert(key.to_owned(), bytes.to_vec());
    }

    /// How many uploads in parts were begun, and how many are under way.
    #[must_use]
    pub fn uploads(&self) -> (usize, usize) {
        let kept = locked(&self.kept);
        (kept.begun, kept.uploads.len())
    }

    /// Closes it.
    pub async fn close(self) {
        self.server.stop(false).await;
    }
}

fn locked(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(
    request: HttpRequest,
    kept: web::Data<Mutex<Kept>>,
    body: web::Bytes,
) -> HttpResponse {
    let signed = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let signed = signed.unwrap_or_default();
    if !signed.starts_with(&format!("AWS4-HMAC-SHA256 Credential={}/", KEY.0)) {
        return HttpResponse::Forbidden().finish();
    }
    let asked = web::Query::<BTreeMap<String, String>>::from_query(request.query_string());
    let asked = asked.expect("a query").into_inner();
    let Some(key) = request.path().strip_prefix(&format!("/{NAME}")) else {
        return HttpResponse::NotFound().finish();
    };
    let key = key.trim_start_matches('/').to_owned();
    let mut kept = locked(&kept);
    let upload = asked.get("uploadId").cloned();
    match (request.method(), upload) {
        (&Method::GET, _) if asked.contains_key("list-type") => list(&kept, &asked["prefix"]),
        (&Method::GET, _) => match kept.objects.get(&key) {
            Some(bytes) => HttpResponse::Ok()
                .insert_header(("etag", "\"1\""))
                .insert_header(("last-modified", "Mon, 02 Mar 2026 12:00:00 GMT"))
                .body(bytes.clone()),
            None => HttpResponse::NotFound().finish(),
        },
        (&Method::POST, _) if asked.contains_key("uploads") => {
            kept.begun += 1;
            let id = kept.begun.to_string();
            kept.uploads.insert(id.clone(), BTreeMap::new());
            xml(&format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        (&Method::PUT, Some(id)) => {
            let part = asked["partNumber"].parse().expect("a number");
            let Some(parts) = kept.uploads.get_mut(&id) else {
                return HttpResponse::NotFound().finish();
            };
            parts.insert(part, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", format!("\"{part}\""))).finish()
        }
        (&Method::POST, Some(id)) => {
            let Some(parts) = kept.uploads.remove(&id) else {
                return HttpResponse::NotFound().finish();
            };
            kept.objects.insert(key, parts.into_values().flatten().collect());
            xml("<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>")
        }
        (&Method::DELETE, Some(id)) => {
            kept.uploads.remove(&id);
            HttpResponse::NoContent().finish()
        }
        (&Method::PUT, None) => {
            kept.objects.insert(key, body.to_vec());
            HttpResponse::Ok().insert_header(("etag", "\"1\"")).finish()
        }
        (&Method::POST, None) if asked.contains_key("delete") => {
            let text = String::from_utf8(body.to_vec()).expect("text");
            let named = text.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next());
            let mut deleted = String::new();
            for key in named {
                kept.objects.remove(key);
                deleted.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
            }
            xml(&format!("<DeleteResult>{deleted}</DeleteResult>"))
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

fn list(kept: &Kept, prefix: &str) -> HttpResponse {
    let found = kept.objects.iter().filter(|(key, _)| key.starts_with(prefix));
    let found = found.map(|(key, bytes)| {
        format!(
            "<Contents><Key>{key}</Key><Size>{}</Size><ETag>\"1\"</ETag>\
             <LastModified>2026-03-02T12:00:00.000Z</LastModified></Contents>",
            bytes.len()
        )
    });
    let found: String = found.collect();
    xml(&format!("<ListBucketResult>{found}</ListBucketResult>"))
}

fn xml(text: &str) -> HttpResponse {
    HttpResponse::Ok().content_type("application/xml").body(text.to_owned())
}
