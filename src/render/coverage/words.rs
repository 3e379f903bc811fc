//! The words of coverage reports in both languages.

use crate::coverage::{Scope, Status, Verdict};

/// Language of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// `en` or `ja`.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ja => "ja",
        }
    }

    /// The one of the two that is in this language.
    pub fn pick<'t>(self, both: (&'t str, &'t str)) -> &'t str {
        match self {
            Lang::En => both.0,
            Lang::Ja => both.1,
        }
    }
}

/// Words in English and Japanese.
pub type Both = (&'static str, &'static str);

pub const COVERAGE: Both = ("Coverage", "カバレッジ");
pub const CONTROL: Both = ("Control", "コントロール");
pub const PROVED: Both = ("Proved", "証明");
pub const PURPOSE: Both = ("Purpose", "目的");
pub const REFUSED: Both = (
    "Falco refuses to load these rules, so they cover nothing",
    "Falco はこれらのルールを読み込まないため、何もカバーされません",
);
pub const HYPOTHETICAL: Both = (
    "Hypothetical: Falco refuses to load these rules; this is what the other rules would cover alone",
    "仮定の結果：Falco はこれらのルールを読み込みません。残りのルールだけが読み込まれた場合のカバレッジです",
);
pub const EVENTS: Both = ("Events", "イベント");
pub const RULES: Both = ("Rules", "ルール");
pub const GUARDDUTY: Both = ("GuardDuty", "GuardDuty");
pub const ADJACENT: Both = ("adjacent", "件が隣接");
pub const WITNESS: Both = ("An event that slips through", "見逃されるイベント");
pub const NARROWED: Both = ("narrowed by", "絞り込む条件");
pub const INCIDENTAL: Both = ("Incidental", "付随的");
pub const HARDENING: Both =
    ("Beyond the benchmark, counted apart", "ベンチマーク外の強化イベント（集計対象外）");
pub const PRESUMES: Both = ("What this presumes", "前提");
pub const POSTURE: Both = ("Out of a rule's reach", "ルールでは確認できないもの");
pub const ERRATA: Both = ("Errata of the benchmark", "ベンチマークの誤記");
pub const HIDDEN: Both = (
    "Under `rule_matching: first`, rules that do not count take events from ones that do",
    "`rule_matching: first` では、対象外のルールが対象のルールのイベントを先取りします",
);
pub const SCOPE: Both = ("scope", "範囲");
pub const ASKED: Both = ("What is asked for", "求められる条件");
pub const LEGEND: Both = (
    "Proved: every event that the control asks for makes a rule fire. Purpose: ◯ a row is covered, or a finding does it; △ only in part; × not at all.",
    "証明：コントロールが求めるすべてのイベントでルールが発火すること。目的：◯ いずれかの行がカバーされているか、検出結果が満たす。△ 一部のみ。× なし。",
);
pub const COMPLEMENT: Both = (
    "GuardDuty findings stand beside the rules; they never count as proof.",
    "GuardDuty の検出結果は補完であり、証明には数えません。",
);

/// A verdict in words.
pub fn verdict(verdict: Verdict) -> Both {
    match verdict {
        Verdict::Full => ("full", "完全"),
        Verdict::Partial => ("partial", "部分的"),
        Verdict::None => ("none", "なし"),
        Verdict::Unknown => ("unknown", "不明"),
    }
}

/// A status in words.
pub fn status(status: Status) -> Both {
    match status {
        Status::Covered => ("covered", "カバー済み"),
        Status::Conditional => ("conditional", "条件付き"),
        Status::Missing => ("missing", "欠落"),
        Status::Unknown => ("unknown", "不明"),
    }
}

/// A scope in words.
pub fn scope(scope: Scope) -> Both {
    match scope {
        Scope::Changes => ("changes", "変更 (changes)"),
        Scope::Attempts => ("attempts", "試行 (attempts)"),
        Scope::Literal => ("literal", "公開フィルターどおり (literal)"),
    }
}
