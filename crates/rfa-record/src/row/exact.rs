//! A floating-point number that keeps and compares every bit.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// An `f64` whose equality is that of its bits: `-0.0` is not `0.0`, and a not-a-number equals
/// itself. Finite values are JSON numbers; others, which JSON has no number for, are a string
/// `bits:` with sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exact(pub f64);

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Exact {}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.collect_str(&format_args!("bits:{:016x}", self.0.to_bits()))
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

impl Visitor<'_> for ExactVisitor {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or \"bits:\" with 16 hexadecimal digits")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Exact, E> {
        Ok(Exact(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Exact, E> {
        Ok(Exact(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Exact, E> {
        Ok(Exact(value as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
        text.strip_prefix("bits:")
            .filter(|digits| digits.len() == 16)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(|bits| Exact(f64::from_bits(bits)))
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

impl JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_bit_pattern_survives_json(bits in any::<u64>()) {
            let text = serde_json::to_string(&Exact(f64::from_bits(bits))).expect("writes");
            let back: Exact = serde_json::from_str(&text).expect("reads");
            prop_assert_eq!(back.0.to_bits(), bits, "{}", text);
        }
    }

    #[test]
    fn equality_is_that_of_the_bits() {
        assert_ne!(Exact(-0.0), Exact(0.0));
        assert_eq!(Exact(f64::NAN), Exact(f64::NAN));
    }
}
