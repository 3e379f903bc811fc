/// <reference types="tree-sitter-cli/dsl" />
// Outputs of Falco rules, for editors: text, and what `%` stands for. What Falco accepts to the letter is in ../../output.ebnf.
const { operands } = require('../common');

module.exports = grammar({
  name: 'falco_output',
  extras: () => [],
  rules: {
    output: ($) => seq(optional('*'), repeat(choice($.text, $.placeholder))),
    // A percent sign before something else than a name is text to this grammar; Falco refuses it.
    text: () => choice(/[^%]+/, '%'),
    placeholder: ($) => seq('%', optional($.width), choice($.field, $.transformer)),
    width: () => token.immediate(prec(1, /[0-9]+/)),
    ...operands(optional(/\s+/), (word) => token(prec(1, word))),
  },
});
