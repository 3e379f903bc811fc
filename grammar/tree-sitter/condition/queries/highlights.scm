["and" "or" "not"] @keyword.operator
(operator) @operator
(modifier) @keyword.modifier
(field_name) @variable.member
(argument (bare_argument) @string.special)
(transformer_name) @function.builtin
(macro (identifier) @function.macro)
(list_name (identifier) @constant)
[(double_quoted) (single_quoted) (bare_string)] @string
(escape_sequence) @string.escape
(number) @number
["(" ")" "[" "]"] @punctuation.bracket
"," @punctuation.delimiter
