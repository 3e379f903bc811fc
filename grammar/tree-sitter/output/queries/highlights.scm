(text) @string
"*" @operator
(placeholder "%" @punctuation.special)
(width) @number
(field_name) @variable.member
(argument (bare_argument) @string.special)
(transformer_name) @function.builtin
[(double_quoted) (single_quoted)] @string
(escape_sequence) @string.escape
(number) @number
["(" ")" "[" "]"] @punctuation.bracket
"," @punctuation.delimiter
