/// <reference types="tree-sitter-cli/dsl" />
// Conditions of Falco rules, for editors: every condition that people write, with what stands where. What Falco accepts to the letter
// is in ../../condition.ebnf.
const words = require('../words.json');
const { operands } = require('../common');

// Blanks are skipped.
const BLANK = blank();

const items = ($) => seq('(', optional(seq($._value, repeat(seq(',', $._value)))), ')');

module.exports = grammar({
  name: 'falco_condition',
  extras: () => [/\s/],
  word: ($) => $.identifier,
  rules: {
    condition: ($) => $._expression,

    _expression: ($) => choice($.or, $.and, $.not, $.parenthesized, $.comparison, $.macro),
    or: ($) => prec.left(1, seq($._expression, 'or', $._expression)),
    and: ($) => prec.left(2, seq($._expression, 'and', $._expression)),
    not: ($) => prec(3, seq('not', $._expression)),
    parenthesized: ($) => seq('(', $._expression, ')'),
    macro: ($) => $.identifier,

    comparison: ($) =>
      seq(
        field('left', choice($.field, $.transformer)),
        choice(
          field('operator', alias(choice(...words.unary), $.operator)),
          seq(
            field('operator', alias(choice(...words.numberOperators), $.operator)),
            field('right', choice($.number, $.transformer)),
          ),
          seq(
            field('operator', alias(choice(...words.symbolOperators, ...words.wordOperators), $.operator)),
            choice(
              field('right', $._value),
              seq(field('modifier', $.modifier), field('right', choice($.list, $.list_name))),
            ),
          ),
          seq(
            field('operator', alias(choice(...words.listOperators), $.operator)),
            field('right', choice($.list, $.list_name, $.transformer)),
          ),
        ),
      ),
    modifier: () => choice(...words.modifiers),
    list: items,
    list_name: ($) => $.identifier,

    // The order decides what `5` is.
    _value: ($) =>
      choice(
        $.number,
        $.transformer,
        $.double_quoted,
        $.single_quoted,
        $.bare_string,
        alias($.identifier, $.bare_string),
        alias($.modifier, $.bare_string),
        alias($.transformer_name, $.bare_string),
      ),

    identifier: () => /[a-zA-Z][a-zA-Z0-9_]*/,
    ...operands(),
    bare_string: () => token(/[^()"'=,\s]+/),
  },
});
