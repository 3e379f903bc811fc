//! What the benchmarks and fuzz targets measure and break, item by item, in modules of the same names. Not part of the
//! library: any of it may change at any time.
#![allow(missing_docs)]

pub mod analysis {
    pub use crate::analysis::{
        Inputs, LoadResult, Options, analyze, compile_rules, describe, falco_verdicts, findings,
    };
}

pub mod bundled {
    pub use crate::bundled::AWS_EVENTS;
}

pub mod config {
    pub use crate::config::{Layout, Levels, parse};
}

pub mod diag {
    pub use crate::diag::{Diagnostic, Severity};
}

pub mod eval {
    pub use crate::eval::{Engine, Matching, holds};

    pub mod log {
        pub use crate::eval::log::Batches;
    }
}

pub mod fix {
    pub use crate::fix::apply;
}

pub mod format {
    pub use crate::format::{Options, SkipReason, document, range};
}

pub mod ide {
    pub use crate::ide::{Settings, Snapshot};

    pub mod actions {
        pub use crate::ide::actions::actions;
    }
    pub mod completion {
        pub use crate::ide::completion::complete;
    }
    pub mod doc {
        pub use crate::ide::doc::Doc;
    }
    pub mod hints {
        pub use crate::ide::hints::hints;
    }
    pub mod hover {
        pub use crate::ide::hover::hover;
    }
    pub mod lens {
        pub use crate::ide::lens::count;
    }
    pub mod navigation {
        pub use crate::ide::navigation::{definitions, highlights, references};
    }
    pub mod rename {
        pub use crate::ide::rename::prepare;
    }
    pub mod symbols {
        pub use crate::ide::symbols::{document, workspace};
    }
    pub mod tokens {
        pub use crate::ide::tokens::tokens;
    }
}

pub mod render {
    pub use crate::render::{Format, Report, Summary, render};

    pub mod falco {
        pub use crate::render::falco::render;
    }
}

pub mod schema {
    pub use crate::schema::PluginSet;
}

pub mod sema {
    pub mod ir {
        pub use crate::sema::ir::Rule;
    }
    pub mod types {
        pub use crate::sema::types::{facts, first_error};
    }
    pub mod environment {
        pub use crate::sema::environment::Environment;
    }
}

pub mod source {
    pub use crate::source::{FileId, SourceFile, SourceMap, Span};
}

pub mod syntax {
    pub mod ast {
        pub use crate::syntax::ast::OperandKind;
    }
    pub mod condition {
        pub use crate::syntax::condition::{RULE_DEPTH, parse};
    }
    pub mod items {
        pub use crate::syntax::items::ItemKind;
    }
    pub mod output {
        pub use crate::syntax::output::{TemplatePart, parse};
    }
    pub mod yaml {
        pub use crate::syntax::yaml::{Node, Value, parse};
    }
}
