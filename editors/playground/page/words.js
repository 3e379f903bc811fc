// The words of the page in both languages. What rulec itself says of rules is in English.

const words = {
  playground: ['playground', 'プレイグラウンド'],
  intro: [
    'Falco rules for AWS CloudTrail, checked as you type. Everything runs in this page; nothing leaves your browser.',
    'AWS CloudTrail 用の Falco ルールを入力と同時に検査します。すべてこのページの中で動き、ブラウザーの外には何も送信されません。',
  ],
  example: ['Example', '例'],
  typos: ['A rule with two typos', '打ち間違いが 2 か所あるルール'],
  traps: ['Rules that load and do not do what was meant', '読み込めるが意図どおりに動かないルール'],
  exceptions: ['A list, a macro and an exception', 'リスト・マクロ・例外'],
  cis: ['The bundled ruleset for CIS 4.1–4.15', '同梱の CIS 4.1–4.15 ルールセット'],
  empty: ['Nothing', '空'],
  rules: ['Rules', 'ルール'],
  findings: ['Findings', '検出事項'],
  clean: ['Nothing to complain about.', '問題はありません。'],
  coverage: ['Coverage', 'カバレッジ'],
  benchmark: ['Benchmark', 'ベンチマーク'],
  scope: ['Scope', '範囲'],
  changes: ['what was changed', '成功した変更 (changes)'],
  attempts: ['attempts too', '試行も含む (attempts)'],
  literal: ['as the filter is published', '公開フィルターどおり (literal)'],
  control: ['Control', 'コントロール'],
  proved: ['Proved', '証明'],
  events: ['Events', 'イベント'],
  covered: ['covered', 'カバー済み'],
  conditional: ['in part', '条件付き'],
  missing: ['gap', '欠落'],
  unknown: ['unknown', '不明'],
  full: ['covered', 'カバー済み'],
  partial: ['partly', '部分的'],
  none: ['gap', '欠落'],
  by: ['by', '担当ルール：'],
  narrowed: ['narrowed by', '絞り込む条件：'],
  witness: ['An event that slips through', '見逃されるイベント'],
  suggestion: ['Rules that close the gap', '不足を補うルール'],
  add: ['Add them', '追加する'],
  fix: ['Fix', '修正'],
  explain: ['What is this?', '解説'],
  loading: ['rulec is being loaded …', 'rulec を読み込んでいます…'],
  stopped: ['rulec stopped. Please report this with the rules.', 'rulec が停止しました。ルールを添えてご報告ください。'],
};

const page = document.documentElement;

/** A word in the language of the page. */
export function word(name) {
  return words[name][page.lang === 'ja' ? 1 : 0];
}

/** The one of two texts that is in the language of the page. */
export function either(en, ja) {
  return page.lang === 'ja' && ja ? ja : en;
}

/** `3 of 15 controls are covered`. */
export function count(covered, all) {
  return either(`${covered} of ${all} controls are covered`, `${all} 件中 ${covered} 件のコントロールをカバー`);
}

/** Writes the words into all elements that ask for one. */
export function translate() {
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
}
