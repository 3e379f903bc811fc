//! Rules that cost more than they must.

pub mod expensive_first;
pub mod no_event_name;
