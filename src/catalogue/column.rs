//! Columns that hold more than plain text and numbers: words of an enum, JSON, yes or no.

/// Declares enums stored as words in snake case. A variant whose stored word differs from its name says so by
/// `#[strum(serialize = "word")]`; an old word that is still read is added as `to_string` and `serialize`.
///
/// Gives each `as_str`, `Display`, `FromStr`, `ALL`, comparison with text, and the same word to the
/// catalogue, to JSON and to the API description.
macro_rules! text_enum {
    ($($(#[$meta:meta])* $vis:vis enum $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumString,
            strum::IntoStaticStr, strum::VariantArray, strum::VariantNames,
        )]
        #[strum(serialize_all = "snake_case")]
        $vis enum $name { $($body)* }

        #[allow(dead_code)] // not every enum is listed or written
        impl $name {
            /// In the order of the source.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The word as it is stored and sent.
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, word: &str) -> bool {
                self.as_str() == word
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.as_str() == *word
            }
        }

        impl sqlx::Type<sqlx::Any> for $name {
            fn type_info() -> sqlx::any::AnyTypeInfo {
                <str as sqlx::Type<sqlx::Any>>::type_info()
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Any> for $name {
            fn decode(value: sqlx::any::AnyValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let word = <String as sqlx::Decode<sqlx::Any>>::decode(value)?;
                Ok(word.parse()?)
            }
        }

        // Words are written as text on both engines: an enum type of PostgreSQL would need a
        // migration for each new word.
        impl<'q> sqlx::Encode<'q, sqlx::Any> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <sqlx::Any as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::Encode::<sqlx::Any>::encode(self.as_str(), buffer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                let words = <Self as strum::VariantNames>::VARIANTS;
                word.parse().map_err(|_| serde::de::Error::unknown_variant(&word, words))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let words = <Self as strum::VariantNames>::VARIANTS;
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(words.iter().copied()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )*};
}
pub(crate) use text_enum;

/// The text of a JSON column: `#[sqlx(try_from = "JsonText")]` on a field whose type `json_column!` names.
#[derive(Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct JsonText(pub String);

/// Lets fields of these types be read from a JSON column.
macro_rules! json_column {
    ($($type:ty),+ $(,)?) => {$(
        impl TryFrom<$crate::catalogue::JsonText> for $type {
            type Error = serde_json::Error;

            fn try_from(text: $crate::catalogue::JsonText) -> Result<Self, Self::Error> {
                serde_json::from_str(&text.0)
            }
        }
    )+};
}
pub(crate) use json_column;

/// A yes or no stored as 1 or 0: `#[sqlx(try_from = "Flag")]` on a `bool`.
#[derive(Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct Flag(pub i64);

impl From<Flag> for bool {
    fn from(flag: Flag) -> Self {
        flag.0 != 0
    }
}
