//! Which media types come in and go out.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: status 200 for everything that is well-formed GraphQL over HTTP.
    Json,
    /// `application/graphql-response+json`: the status code tells too.
    Response,
    /// `text/event-stream`: one answer after the other, and then that there is no more.
    Events,
}

impl Media {
    /// The `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Response => "application/graphql-response+json; charset=utf-8",
            // Always UTF-8; EventSource takes no other parameter.
            Self::Events => "text/event-stream",
        }
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Response => ("application", "graphql-response+json"),
            Self::Events => ("text", "event-stream"),
        }
    }
}

/// How well an offer fits: its weight in thousandths, then how exactly it was named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    weight: u16,
    exactness: u8,
}

/// The best offer for the `Accept` headers, or nothing if none is acceptable.
///
/// Of two that fit equally, a client that names both gets the one that is made
/// for GraphQL, and one that names neither (`*/*`, or no header) plain JSON:
/// it may not know the other. Events go to those who want them more than both.
#[must_use]
pub fn accepted(headers: &HeaderMap) -> Option<Media> {
    let silent = headers
        .get_all(ACCEPT)
        .all(|value| value.to_str().is_ok_and(|value| value.trim().is_empty()));
    if silent {
        return Some(Media::Json);
    }
    let [json, response, events] =
        [Media::Json, Media::Response, Media::Events].map(|media| fit(headers, media));
    match (json, response) {
        (None, None) => events.map(|_| Media::Events),
        _ if events.map(|fit| fit.weight) > json.max(response).map(|fit| fit.weight) => {
            Some(Media::Events)
        }
        (json, response) if response > json => Some(Media::Response),
        (json, response) if response == json && json.is_some_and(|fit| fit.exactness == 2) => {
            Some(Media::Response)
        }
        _ => Some(Media::Json),
    }
}

/// Whether a client names events as something that it can read: what has no other answer than
/// events is answered so, whatever it would rather have.
#[must_use]
pub fn takes_events(headers: &HeaderMap) -> bool {
    fit(headers, Media::Events).is_some_and(|fit| fit.exactness == 2)
}

/// How well an offer fits the `Accept` headers. The most exact range that matches decides the
/// weight, also when it is 0.
fn fit(headers: &HeaderMap, media: Media) -> Option<Fit> {
    headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| split(value, ','))
        .filter_map(Range::parse)
        .filter_map(|range| Some((range.exactness(media.name())?, range.weight)))
        .max_by_key(|(exactness, weight)| (*exactness, *weight))
        .filter(|(_, weight)| *weight > 0)
        .map(|(exactness, weight)| Fit { weight, exactness })
}

/// One entry of an `Accept` header.
struct Range<'a> {
    main: &'a str,
    sub: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    /// Nothing when it cannot be read, or asks for another charset than UTF-8.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = split(text, ';');
        let (main, sub) = parts.next()?.trim().split_once('/')?;
        let mut weight = 1_000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=')?;
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = thousandths(value.trim())?,
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some(Self { main, sub, weight })
    }

    /// 2 for the type itself, 1 for `application/*`, 0 for `*/*`.
    fn exactness(&self, (main, sub): (&str, &str)) -> Option<u8> {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        match (self.main, self.sub) {
            ("*", "*") => Some(0),
            (m, "*") if same(m, main) => Some(1),
            (m, s) if same(m, main) && same(s, sub) => Some(2),
            _ => None,
        }
    }
}

/// `0.85` as 850; nothing for what is not a weight from 0 to 1 with three digits at most.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1_000),
        _ => None,
    }
}

/// Whether the body is said to be JSON in UTF-8.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE);
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = split(value, ';');
    let kind = parts.next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => is_utf8(value),
            Some(_) => true,
            None => parameter.trim().is_empty(),
        })
}

fn is_utf8(value: &str) -> bool {
    value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// The parts between separators that do not stand in quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn accept(values: &[&str]) -> Option<Media> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        accepted(&headers)
    }

    #[test]
    fn the_weights_decide() {
        use Media::{Events, Json, Response};
        for (header, media) in [
            ("*/*", Some(Json)),
            ("", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("APPLICATION/JSON; charset=UTF-8", Some(Json)),
            ("application/graphql-response+json", Some(Response)),
            ("application/graphql-response+json, application/json", Some(Response)),
            ("application/json, application/graphql-response+json", Some(Response)),
            ("application/json, application/graphql-response+json;q=0.9", Some(Json)),
            ("application/graphql-response+json;q=0.5, application/json;q=0.75", Some(Json)),
            ("application/graphql-response+json;q=0.5, */*;q=0.1", Some(Response)),
            ("application/json;q=0.5, */*;q=0.5", Some(Json)),
            ("application/json;q=0, */*", Some(Response)),
            ("*/*;q=0", None),
            ("application/json;q=0", None),
            ("application/json;q=7", None),
            ("application/json;charset=latin1", None),
            ("text/event-stream", Some(Events)),
            ("text/event-stream;q=0", None),
            ("multipart/mixed, text/html", None),
            ("text/event-stream, application/json;q=0.1", Some(Events)),
            (
                "application/graphql-response+json, application/json, text/event-stream",
                Some(Response),
            ),
            ("text/event-stream, application/json", Some(Json)),
            ("text/event-stream, */*;q=0.1", Some(Events)),
            ("text/event-stream;q=0.5, */*", Some(Json)),
            ("text/html;level=\"1,2\", application/json", Some(Json)),
            ("nonsense", None),
        ] {
            assert_eq!(accept(&[header]), media, "{header}");
        }
        assert_eq!(accept(&[]), Some(Json));
        assert_eq!(accept(&["text/html", "application/json"]), Some(Json));
    }

    #[test]
    fn events_are_for_those_who_name_them() {
        let takes = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(ACCEPT, HeaderValue::from_static(value));
            takes_events(&headers)
        };
        assert!(takes("application/json, text/event-stream;q=0.1") && takes("TEXT/Event-Stream"));
        assert!(!takes("*/*") && !takes("text/*") && !takes("text/event-stream;q=0"));
        assert!(!takes_events(&HeaderMap::new()));
    }

    #[test]
    fn only_json_in_utf8_comes_in() {
        let is = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            is_json(&headers)
        };
        for good in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json ; foo=bar; Charset=\"UTF-8\"",
            "application/json;",
        ] {
            assert!(is(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json+x",
            "application/json; charset=utf-16",
            "application/json; nonsense",
            "multipart/form-data",
        ] {
            assert!(!is(bad), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
