"""Filter patterns of CloudWatch Logs for JSON, by what AWS documents of them: a second opinion beside rulec's own matcher.

    pattern    = "{" any "}"
    any        = all ("||" all)*              "&&" before "||", as documented
    all        = one ("&&" one)*
    one        = "(" any ")" | test
    test       = selector (("=" | "!=") value | ("<" | "<=" | ">" | ">=") number
                          | "IS" ("TRUE" | "FALSE" | "NULL") | "NOT" "EXISTS")
    selector   = "$" ("." name | "[" index "]" | "[" quoted "]")+

A selector that leads to an array or object matches no comparison, and one that leads nowhere only `NOT EXISTS`.
"""

import re

TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted> "(?:[^"\\]|\\.)*" )
    | (?P<selector> \$ (?: \.[\w-]+ | \.?\[\s*(?:\d+|"[^"\]]*"|'[^'\]]*')\s*\] )+ )
    | (?P<sign> \|\| | && | [(){}] | !=|<=|>=|=|<|> )
    | (?P<word> [^\s(){}&|"=<>!]+ )
    )""",
    re.VERBOSE | re.DOTALL,
)
STEP = re.compile(r"""\.(?P<name>[\w-]+)|\.?\[\s*(?:(?P<index>\d+)|(?P<quote>["'])(?P<key>.*?)(?P=quote))\s*\]""")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
COMPARE = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def tokens(text):
    at, found = 0, []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"no token at {at}: {text}")
        at = match.end()
        found.append((match.lastgroup, match.group(match.lastgroup)))
    return found + [("end", "")]


def member(selector):
    """A function from an event to all that is there: a list of one value, or of none."""
    steps = [
        int(step["index"]) if step["index"] is not None else step["name"] or step["key"] for step in STEP.finditer(selector)
    ]

    def find(event):
        for step in steps:
            fits = list if isinstance(step, int) else dict
            if not isinstance(event, fits) or (step >= len(event) if fits is list else step not in event):
                return []
            event = event[step]
        return [event]

    return find


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Parser:
    def __init__(self, text):
        self.tokens = tokens(text)

    def take(self, *wanted):
        kind, text = self.tokens[0]
        if wanted and not (kind in ("sign", "word") and text.upper() in wanted):
            raise ValueError(f"{wanted} expected, found {text!r}")
        self.tokens.pop(0)
        return kind, text

    def next_is(self, sign):
        return self.tokens[0] == ("sign", sign)

    def pattern(self):
        self.take("{")
        inner = self.any()
        self.take("}")
        if self.tokens[0][0] != "end":
            raise ValueError("something follows the pattern")
        return inner

    def several(self, one, sign, combine):
        parts = [one()]
        while self.next_is(sign):
            self.take()
            parts.append(one())
        return lambda event: combine(part(event) for part in parts)

    def any(self):
        return self.several(self.all, "||", any)

    def all(self):
        return self.several(self.one, "&&", all)

    def one(self):
        if not self.next_is("("):
            return self.test()
        self.take()
        inner = self.any()
        self.take(")")
        return inner

    def test(self):
        kind, selector = self.take()
        if kind != "selector":
            raise ValueError(f"a selector expected, found {selector!r}")
        find = member(selector)
        word = self.take("NOT", "IS", *COMPARE)[1].upper()
        if word == "NOT":
            self.take("EXISTS")
            return lambda event: not find(event)
        if word == "IS":
            wanted = {"TRUE": True, "FALSE": False, "NULL": None}[self.take("TRUE", "FALSE", "NULL")[1].upper()]
            return lambda event: any(value is wanted for value in find(event))
        kind, text = self.take()
        if kind not in ("quoted", "word"):
            raise ValueError(f"a value expected, found {text!r}")
        compare = COMPARE[word]
        if kind == "word" and NUMBER.fullmatch(text):
            number = float(text)
            return lambda event: any(is_number(value) and compare(value, number) for value in find(event))
        if word not in ("=", "!="):
            raise ValueError("texts are equal or not, never less")
        if kind == "quoted":
            text = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        like = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)

        def same(value):
            written = value if isinstance(value, str) else f"{value:g}" if is_number(value) else None
            return written is not None and (like.fullmatch(written) is not None) == (word == "=")

        return lambda event: any(same(value) for value in find(event))


def parse(text):
    """A function that says whether an event matches."""
    return Parser(text).pattern()
