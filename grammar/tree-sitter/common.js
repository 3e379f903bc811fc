// What conditions and outputs of Falco rules share: fields, transformers, strings. `blank` is what may stand between
// the parts of a transformer, where the grammar does not skip blanks anyway.
const words = require('./words.json');

const parts = (...rules) => seq(...rules.filter((rule) => rule !== undefined));
const list = (blank, element) =>
  optional(parts(element, blank, repeat(parts(',', blank, element, blank))));

/** The rules of operands. `name` makes the tokens of names: in an output they must win over text, which is always longer. */
module.exports.operands = (blank, name = (word) => word) => ({
  field: ($) => seq($.field_name, optional($.argument)),
  field_name: () => name(/[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+/),
  argument: ($) =>
    seq(
      token.immediate(prec(1, '[')),
      choice($.double_quoted, $.single_quoted, alias(token.immediate(/[^\[\]"'\s]+/), $.bare_argument)),
      token.immediate(']'),
    ),

  transformer: ($) =>
    parts(
      $.transformer_name,
      token.immediate('('),
      blank,
      list(blank, $._parameter),
      ')',
      optional($.argument),
    ),
  transformer_name: () => choice(...words.transformers.map((word) => name(word))),
  _parameter: ($) => choice($.number, $.double_quoted, $.single_quoted, $.tuple, $.transformer, $.field),
  tuple: ($) => parts('(', blank, list(blank, $._element), ')'),
  _element: ($) => choice($.number, $.double_quoted, $.single_quoted, $.transformer, $.field),

  number: () => token(choice(/0[xX][0-9a-fA-F]+/, /[-+]?[0-9]+(\.[0-9]*)?([eE][-+][0-9]+)?/)),
  double_quoted: ($) =>
    seq('"', repeat(choice(token.immediate(prec(1, /[^"\\]+/)), $.escape_sequence)), token.immediate('"')),
  single_quoted: ($) =>
    seq("'", repeat(choice(token.immediate(prec(1, /[^'\\]+/)), $.escape_sequence)), token.immediate("'")),
  escape_sequence: () => token.immediate(prec(1, /\\(x[0-9a-fA-F]{2}|[\s\S])/)),
});
