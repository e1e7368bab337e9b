//! Traces: what became of a request, step by step, for a collector that speaks OTLP over HTTP.
//!
//! Off unless a collector is named. Spans say what was done, how long it took and how it ended;
//! of an operation its name, never its document or a variable, of a statement its text with
//! placeholders, never a value.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use futures_util::future::Either;
use opentelemetry::{
    Context, KeyValue, Value,
    context::FutureExt,
    trace::{
        Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
        TraceState, Tracer, TracerProvider,
    },
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;

use crate::config::TraceSettings;

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is waited for what was not sent yet when the service ends.
const FAREWELL: Duration = Duration::from_secs(5);
/// Longest text of a statement in a span, in bytes; it is cut at a letter.
const LONGEST_STATEMENT: usize = 4_000;

/// Set once traces are sent.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// The sending of traces. What was not sent yet is lost when it is dropped: see [`Traces::finish`].
#[derive(Debug)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Starts to send traces, once for the process, if a collector is named.
    ///
    /// # Errors
    ///
    /// When there can be no client for it.
    pub fn start(settings: &TraceSettings) -> Result<Self, String> {
        let Some(endpoint) = &settings.endpoint else { return Ok(Self(None)) };
        let failed = |error: &dyn fmt::Display| format!("traces.endpoint: no client: {error}");
        // Whoever comes first in this process chooses, and everybody chooses the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| failed(&error))?;
        let authorization = settings.authorization.as_ref();
        let headers = authorization.map(|secret| ("authorization".into(), secret.reveal().into()));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender { client, runtime: Handle::current() })
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(PATIENCE)
            .with_headers(HashMap::from_iter(headers))
            .build()
            .map_err(|error| failed(&error))?;
        let resource = Resource::builder()
            .with_service_name("vinculo")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        // Who calls us has decided for the whole of its trace; we decide for those that begin here.
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.ratio)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource.build())
            .build();
        // Set once; a second start in one process goes on with the first one's.
        let _ = TRACER.set(provider.tracer("vinculo"));
        Ok(Self(Some(provider)))
    }

    /// Sends what was not sent yet.
    pub async fn finish(self) {
        let Some(provider) = self.0 else { return };
        let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FAREWELL));
        if let Ok(Err(error)) = ended.await {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Sends from a thread that belongs to no runtime.
#[derive(Clone, Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}

/// The span of somebody else's to which a request belongs, as a `traceparent` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// 32 hexadecimal digits.
    pub trace: String,
    /// 16 hexadecimal digits.
    pub span: String,
    /// Whether it is recorded there.
    pub sampled: bool,
}

impl Parent {
    fn context(&self) -> Option<Context> {
        let (trace, span) =
            (TraceId::from_hex(&self.trace).ok()?, SpanId::from_hex(&self.span).ok()?);
        let flags = if self.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        Some(Context::new().with_remote_span_context(context))
    }
}

/// A step that is under way. It ends when it is dropped. Nothing, when no traces are sent.
#[derive(Debug, Default)]
pub struct Step(Option<Context>);

impl Step {
    /// Somebody asks something of us: in the trace of `parent`, or in one that begins here.
    #[must_use]
    pub fn asked(name: impl FnOnce() -> String, parent: Option<&Parent>) -> Self {
        if TRACER.get().is_none() {
            return Self(None);
        }
        let parent = parent.and_then(Parent::context).unwrap_or_default();
        Self::begin(name().into(), SpanKind::Server, &parent)
    }

    /// A part of the step that is under way here.
    #[must_use]
    pub fn part(name: &'static str) -> Self {
        Self::begin(name.into(), SpanKind::Internal, &Context::current())
    }

    fn begin(name: Cow<'static, str>, kind: SpanKind, parent: &Context) -> Self {
        Self(TRACER.get().map(|tracer| {
            let builder = tracer.span_builder(name).with_kind(kind);
            parent.with_span(builder.start_with_context(tracer, parent))
        }))
    }

    /// The trace to which it belongs: 32 hexadecimal digits.
    #[must_use]
    pub fn trace(&self) -> Option<String> {
        Some(self.0.as_ref()?.span().span_context().trace_id().to_string())
    }

    /// Whether what is said of it goes anywhere.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.is_some()
    }

    /// Says something of it: never what somebody sent, but for names that are cut.
    pub fn say(&self, key: &'static str, value: impl Into<Value>) {
        if let Some(context) = &self.0 {
            context.span().set_attribute(KeyValue::new(key, value));
        }
    }

    /// Says that it failed by our fault.
    pub fn fail(&self) {
        if let Some(context) = &self.0 {
            context.span().set_status(Status::error(""));
        }
    }

    /// Does something as a part of it.
    pub fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        match &self.0 {
            Some(context) => Either::Left(work.with_context(context.clone())),
            None => Either::Right(work),
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}

/// Something that goes on elsewhere and belongs to the step that is under way here.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    match TRACER.get() {
        Some(_) => Either::Left(work.with_current_context()),
        None => Either::Right(work),
    }
}

/// A statement has been sent as a part of the step that is under way here.
pub fn statement(system: &'static str, text: &str, took: Duration, failed: bool) {
    let Some(tracer) = TRACER.get() else { return };
    let parent = Context::current();
    if !parent.span().span_context().is_sampled() {
        return;
    }
    let end = SystemTime::now();
    let verb = text.split_ascii_whitespace().next().unwrap_or("statement").to_owned();
    let text = text.get(..text.floor_char_boundary(LONGEST_STATEMENT)).unwrap_or_default();
    let mut span = tracer
        .span_builder(verb)
        .with_kind(SpanKind::Client)
        .with_start_time(end.checked_sub(took).unwrap_or(end))
        .with_attributes([
            KeyValue::new("db.system.name", system),
            KeyValue::new("db.query.text", text.to_owned()),
        ])
        .start_with_context(tracer, &parent);
    if failed {
        span.set_status(Status::error(""));
    }
    span.end_with_timestamp(end);
}
