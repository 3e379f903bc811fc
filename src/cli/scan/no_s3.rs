//! Stand-in for `s3.rs` in a build without S3.

use super::super::Failure;
use super::filter::Filter;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A type without values.
#[derive(Debug)]
pub enum Nothing {}

/// See `s3.rs`.
pub type Download = Nothing;

/// See `s3.rs`.
pub type Objects = Nothing;

/// See `s3.rs`.
#[derive(Debug)]
#[allow(dead_code)]
pub enum Listed {
    Object(String, Download),
    Other,
    Failed(String),
    Later,
}

/// Refuses addresses in S3.
pub fn parse(root: &Path) -> Result<Option<Nothing>, Failure> {
    match root.to_str().is_some_and(|root| root.starts_with("s3://")) {
        true => Err(Failure::new(format!(
            "cannot read {}: this rulec was built without S3; build it with `--features s3`, or take a released one",
            root.display()
        ))),
        false => Ok(None),
    }
}

impl Nothing {
    /// See `s3.rs`.
    pub fn find(place: &Nothing, _: &Arc<Filter>) -> Result<Objects, Failure> {
        match *place {}
    }

    /// See `s3.rs`.
    pub fn next(&mut self) -> Option<Listed> {
        match *self {}
    }
}

impl Read for Nothing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        match *self {}
    }
}
