"""Runs compiled rules on real engines: `engines.py ENGINE FILE…`, each file a query; prints the rows as JSON lines.

`duckdb` and `spark` run the queries, `trino` and `athena` only parse them in that dialect. `sigma`, `moto` and
`cloudwatch` take a file of rules or patterns and one of events.
"""

import json
import sys
import tempfile


def duckdb(texts):
    import duckdb

    connection = duckdb.connect()
    for text in texts:
        cursor = connection.execute(text)
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row))


def spark(texts):
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", tempfile.mkdtemp())
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    for text in texts:
        for row in session.sql(text.rstrip().rstrip(";")).collect():
            yield row.asDict()


def parse(dialect):
    def run(texts):
        import sqlglot

        for text in texts:
            statements = sqlglot.parse(text, read=dialect)
            yield {"statements": len([one for one in statements if one is not None])}

    return run


def sigma(texts):
    """Rules as pySigma reads them, on events: its conditions, our comparison of values."""
    import re

    from sigma.backends.test import TextQueryTestBackend
    from sigma.collection import SigmaCollection
    from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
    from sigma.types import SigmaBool, SigmaCasedString, SigmaCompareExpression, SigmaExists, SigmaNumber, SigmaString
    from sigma.types import SpecialChars

    nothing = object()

    def member(event, field):
        for key in field.split("."):
            if not isinstance(event, dict) or key not in event:
                return nothing
            event = event[key]
        return event

    def holds(part, event):
        if isinstance(part, ConditionAND):
            return all(holds(arg, event) for arg in part.args)
        if isinstance(part, ConditionOR):
            return any(holds(arg, event) for arg in part.args)
        if isinstance(part, ConditionNOT):
            return not holds(part.args[0], event)
        found, wanted = member(event, part.field), part.value
        if isinstance(wanted, SigmaExists):
            return (found is not nothing) == wanted.exists
        if isinstance(wanted, SigmaBool):
            return found is wanted.boolean
        if isinstance(wanted, SigmaNumber):
            return type(found) in (int, float) and found == wanted.number
        if isinstance(wanted, SigmaCompareExpression):
            number, op = wanted.number.number, wanted.op.name
            known = type(found) in (int, float)
            return known and {"LT": found < number, "LTE": found <= number, "GT": found > number, "GTE": found >= number}[op]
        assert isinstance(wanted, SigmaString), wanted
        wild = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
        pattern = "".join(re.escape(piece) if isinstance(piece, str) else wild[piece] for piece in wanted.s)
        flags = re.DOTALL | (0 if isinstance(wanted, SigmaCasedString) else re.IGNORECASE | re.ASCII)
        return isinstance(found, str) and re.fullmatch(pattern, found, flags) is not None

    rules, events = texts
    events = [json.loads(line) for line in events.splitlines()]
    collection = SigmaCollection.from_yaml(rules)
    assert TextQueryTestBackend().convert(collection)
    for rule in collection.rules:
        assert not rule.errors, rule.errors
        yield {"title": rule.title}
        condition = rule.detection.parsed_condition[0].parsed
        for event in events:
            if "eventTime" in event and "eventType" in event and holds(condition, event):
                yield {"rule": rule.title, "event_id": event["eventID"]}


def moto(texts):
    """Patterns of EventBridge on events."""
    from moto.events.models import EventPattern

    patterns, events = texts
    for rule, all_of_rule in json.loads(patterns).items():
        for line in events.splitlines():
            event = json.loads(line)
            if any(EventPattern(None, pattern).matches_event(event) for pattern in all_of_rule):
                yield {"rule": rule, "event_id": event["detail"]["eventID"]}


def cloudwatch(texts):
    """Filter patterns on events: by a matcher of our own, and by a library, which has neither wildcards nor words such
    as `NOT EXISTS`, and takes what is not there for different."""
    from aws_json_term_matcher.exceptions import ParsingError
    from aws_json_term_matcher.matcher import FilterEvaluator, parse_filter
    from filter_pattern import parse
    from lark.exceptions import VisitError

    def library(pattern):
        if "*" in pattern or "!=" in pattern:
            raise ParsingError("it would mean something else")
        tree = parse_filter(pattern)
        return lambda event: FilterEvaluator(event).transform(tree)

    patterns, events = texts
    events = [json.loads(line) for line in events.splitlines()]
    for rule, all_of_rule in json.loads(patterns).items():
        for name, reader in {"ours": parse, "library": library}.items():
            try:
                matchers = [reader(pattern) for pattern in all_of_rule]
                found = [event["eventID"] for event in events if any([matcher(event) for matcher in matchers])]
            except (ParsingError, VisitError):
                continue
            yield from ({"by": name, "rule": rule, "event_id": one} for one in [None, *found])


def main():
    engine, *files = sys.argv[1:]
    run = {
        "duckdb": duckdb,
        "spark": spark,
        "trino": parse("trino"),
        "athena": parse("athena"),
        "sigma": sigma,
        "moto": moto,
        "cloudwatch": cloudwatch,
    }[engine]
    for row in run([open(file, encoding="utf-8").read() for file in files]):
        print(json.dumps(row, default=str))


main()
