//! Values of the schema that are more than text or number: money, texts in two languages.

use async_graphql::{InputObject, Scalar, ScalarType, SimpleObject, Value};
use entity::Localized;
use serde::{Deserialize, Serialize};

/// An amount as decimal text with at most two decimals, never a float (`"250000.00"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal(pub i64);

/// An amount as decimal text with at most two decimals, never a float (`"250000.00"`).
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        Self::from_text(&text).ok_or_else(|| {
            async_graphql::InputValueError::custom(
                "expected a decimal with at most two decimals, as text",
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_text())
    }
}

impl Decimal {
    /// From hundredths.
    #[must_use]
    pub fn to_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", minor / 100, minor % 100)
    }

    /// To hundredths; nothing when it is no decimal, too large, or has more than two decimals.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let minor: i64 = format!("{whole}{part:0<2}").parse().ok()?;
        Some(Self(if negative { -minor } else { minor }))
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Self::from_text(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a decimal with at most two decimals"))
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Deserialize)]
#[graphql(input_name = "MoneyInput")]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// How much.
    pub amount: Decimal,
    /// The currency, ISO 4217 (`MXN`).
    #[graphql(default_with = "String::from(\"MXN\")")]
    #[serde(default = "mexican_pesos")]
    pub currency: String,
}

fn mexican_pesos() -> String {
    "MXN".to_owned()
}

/// A text in one or both languages of the network; at least one of the two must be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject)]
pub struct LocalizedTextInput {
    /// The text in Spanish.
    pub es: Option<String>,
    /// The text in English.
    pub en: Option<String>,
}

/// In files, a text is an object of languages or, shorter, a plain text in Spanish.
impl<'de> Deserialize<'de> for LocalizedTextInput {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> serde::de::Visitor<'de> for TextVisitor {
    type Value = LocalizedTextInput;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, or an object with `es` and `en`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(LocalizedTextInput { es: Some(text.to_owned()), en: None })
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let both = Localized::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(LocalizedTextInput { es: both.es, en: both.en })
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn decimals_keep_every_cent() {
        for text in ["0.00", "1.05", "-3.20", "92233720368547758.07"] {
            assert_eq!(Decimal::from_text(text).map(Decimal::to_text).as_deref(), Some(text));
        }
        assert_eq!(Decimal::from_text("12.5"), Some(Decimal(1250)));
        for text in ["", ".5", "1.234", "1e3", "NaN", "92233720368547758.08", "1,5"] {
            assert_eq!(Decimal::from_text(text), None, "{text}");
        }
    }
}
