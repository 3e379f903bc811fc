//! What a field or transformer yields.

use std::borrow::Cow;

/// Bytes that a record mostly has as they are.
pub type Bytes<'e> = Cow<'e, [u8]>;

/// A value that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'e> {
    /// A text, without NUL.
    Text(Bytes<'e>),
    /// A number or a time.
    Number(u64),
    /// A truth value.
    Bool(bool),
    /// A list of texts. What transformers make of elements ends in a NUL, as Falco's do.
    List(Vec<Bytes<'e>>),
}

impl<'e> Value<'e> {
    /// A fixed text.
    pub fn text(text: &'e str) -> Value<'e> {
        Value::Text(Cow::Borrowed(text.as_bytes()))
    }

    /// A made text.
    pub fn owned(text: String) -> Value<'e> {
        Value::Text(Cow::Owned(text.into_bytes()))
    }
}
