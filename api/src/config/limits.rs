//! What one request and one caller may ask for.

use super::reader::Reader;

/// What one request may ask for. A value on the limit is allowed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// `limits.url_bytes`: length of path and query string, in bytes,
    /// 256–65,536. Default: 16,384.
    pub url_bytes: u32,
    /// `limits.body_bytes`: length of a request body after decompression, in
    /// bytes, 1,024–16,000,000. Default: 1,000,000.
    pub body_bytes: u32,
    /// `limits.body_seconds`: time to send the whole body, in seconds, 1–600.
    /// Default: 25.
    pub body_seconds: u32,
    /// `limits.document_bytes`: length of a GraphQL document, in bytes,
    /// 256–1,000,000. Default: 200,000.
    pub document_bytes: u32,
    /// `limits.tokens`: tokens of a document, 50–100,000. Default: 2,000.
    pub tokens: u32,
    /// `limits.fields`: fields and fragment spreads of an operation with all
    /// fragments written out, 10–100,000. Default: 5,000.
    pub fields: u32,
    /// `limits.aliases`: aliases of an operation with all fragments written out,
    /// 0–10,000. Default: 30.
    pub aliases: u32,
    /// `limits.root_fields`: fields at the top of an operation, 1–1,000.
    /// Default: 20.
    pub root_fields: u32,
    /// `limits.depth`: how many fields may be nested in each other, 1–30.
    /// Default: 12.
    pub depth: u32,
    /// `limits.introspection_depth`: the same below `__schema` and `__type`,
    /// 1–30. Default: 20.
    pub introspection_depth: u32,
    /// `limits.directives_per_node`: directives on one field, fragment or
    /// operation, 0–100. Default: 10.
    pub directives_per_node: u32,
    /// `limits.directives`: directives of an operation with all fragments written
    /// out, 0–10,000. Default: 50.
    pub directives: u32,
    /// `limits.fragments`: fragments of a document, 0–1,000. Default: 100.
    pub fragments: u32,
    /// `limits.operations`: operations of a document, 1–1,000. Default: 10.
    pub operations: u32,
    /// `limits.variables`: variables of an operation, 0–1,000. Default: 100.
    pub variables: u32,
    /// `limits.value_nesting`: lists and objects nested in one value, 1–40.
    /// Default: 20.
    pub value_nesting: u32,
    /// `limits.cost`: what an operation may cost, in points, 10–10,000,000.
    /// Default: 5,000. An object costs one point, times the page it is on, and a
    /// mutation ten.
    pub cost: u32,
    /// `limits.points`: what a caller may spend at once, in points, 10–1,000,000,000.
    /// Default: 10,000. A caller is a person or a machine; of those who do not say who they
    /// are, an address.
    pub points: u32,
    /// `limits.points_per_second`: how many of them come back, 1–1,000,000,000 a second.
    /// Default: 200.
    pub points_per_second: u32,
    /// `limits.operation_seconds`: how long a query may run, in seconds, 1–600.
    /// Default: 10.
    pub operation_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            url_bytes: 16_384,
            body_bytes: 1_000_000,
            body_seconds: 25,
            document_bytes: 200_000,
            tokens: 2_000,
            fields: 5_000,
            aliases: 30,
            root_fields: 20,
            depth: 12,
            introspection_depth: 20,
            directives_per_node: 10,
            directives: 50,
            fragments: 100,
            operations: 10,
            variables: 100,
            value_nesting: 20,
            cost: 5_000,
            points: 10_000,
            points_per_second: 200,
            operation_seconds: 10,
        }
    }
}

impl Limits {
    pub(super) fn read(read: &mut Reader) -> Self {
        let usual = Self::default();
        Self {
            url_bytes: read.number("limits.url_bytes", 256..=65_536, usual.url_bytes),
            body_bytes: read.number("limits.body_bytes", 1_024..=16_000_000, usual.body_bytes),
            body_seconds: read.number("limits.body_seconds", 1..=600, usual.body_seconds),
            document_bytes: read.number(
                "limits.document_bytes",
                256..=1_000_000,
                usual.document_bytes,
            ),
            tokens: read.number("limits.tokens", 50..=100_000, usual.tokens),
            fields: read.number("limits.fields", 10..=100_000, usual.fields),
            aliases: read.number("limits.aliases", 0..=10_000, usual.aliases),
            root_fields: read.number("limits.root_fields", 1..=1_000, usual.root_fields),
            depth: read.number("limits.depth", 1..=30, usual.depth),
            introspection_depth: read.number(
                "limits.introspection_depth",
                1..=30,
                usual.introspection_depth,
            ),
            directives_per_node: read.number(
                "limits.directives_per_node",
                0..=100,
                usual.directives_per_node,
            ),
            directives: read.number("limits.directives", 0..=10_000, usual.directives),
            fragments: read.number("limits.fragments", 0..=1_000, usual.fragments),
            operations: read.number("limits.operations", 1..=1_000, usual.operations),
            variables: read.number("limits.variables", 0..=1_000, usual.variables),
            value_nesting: read.number("limits.value_nesting", 1..=40, usual.value_nesting),
            cost: read.number("limits.cost", 10..=10_000_000, usual.cost),
            points: read.number("limits.points", 10..=1_000_000_000, usual.points),
            points_per_second: read.number(
                "limits.points_per_second",
                1..=1_000_000_000,
                usual.points_per_second,
            ),
            operation_seconds: read.number(
                "limits.operation_seconds",
                1..=600,
                usual.operation_seconds,
            ),
        }
    }
}
