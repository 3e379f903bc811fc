//! What CloudTrail writes, and what it does not.

mod ambiguous_event_name;
mod console_login_error_code;
mod data_event_needed;
mod event_source_mismatch;
mod failed_calls_excluded;
mod failed_calls_included;
mod intent;
mod never_extracted_field;
mod read_only_noise;
mod retired_api;
mod unknown_event_name;
mod unknown_event_source;
mod unknown_identity_type;

pub use ambiguous_event_name::AmbiguousEventName;
pub use console_login_error_code::ConsoleLoginErrorCode;
pub use data_event_needed::DataEventNeeded;
pub use event_source_mismatch::EventSourceMismatch;
pub use failed_calls_excluded::FailedCallsExcluded;
pub use failed_calls_included::FailedCallsIncluded;
pub use never_extracted_field::NeverExtractedField;
pub use read_only_noise::ReadOnlyNoise;
pub use retired_api::RetiredApi;
pub use unknown_event_name::UnknownEventName;
pub use unknown_event_source::UnknownEventSource;
pub use unknown_identity_type::UnknownIdentityType;
