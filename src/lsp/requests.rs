//! Requests: parameters of the protocol to questions for `ide`, and its answers back.

use super::pull;
use super::session::{Reply, Session, error};
use lsp_server::{ErrorCode, RequestId};
use serde_json::Value;

/// Answers a request.
pub fn handle(session: &mut Session, id: &RequestId, method: &str, params: Value) -> Reply {
    match method {
        "textDocument/diagnostic" => pull::of_file(session, id, params),
        "workspace/diagnostic" => pull::of_workspace(session, id, params),
        _ => Err(error(ErrorCode::MethodNotFound, &format!("there is no method `{method}`"))),
    }
}
