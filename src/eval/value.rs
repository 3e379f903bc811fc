//! Values of fields and transformers.

use std::borrow::Cow;

/// Bytes, mostly borrowed from the record.
pub type Bytes<'e> = Cow<'e, [u8]>;

/// A present value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'e> {
    /// A text, without NUL.
    Text(Bytes<'e>),
    /// A number or a time.
    Number(u64),
    /// A boolean.
    Bool(bool),
    /// A list of texts. Elements that transformers return end in a NUL, as in Falco.
    List(Vec<Bytes<'e>>),
}

impl<'e> Value<'e> {
    /// A fixed text.
    pub fn text(text: &'e str) -> Value<'e> {
        Value::Text(Cow::Borrowed(text.as_bytes()))
    }

    /// An owned text.
    pub fn owned(text: String) -> Value<'e> {
        Value::Text(Cow::Owned(text.into_bytes()))
    }
}
