"""Runs compiled rules on real engines: `engines.py ENGINE FILE…`, each file a query; prints the rows as JSON lines.

`duckdb` and `spark` run the queries, `trino` and `athena` only parse them in that dialect.
"""

import json
import sys


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


def main():
    engine, *files = sys.argv[1:]
    run = {"duckdb": duckdb, "spark": spark, "trino": parse("trino"), "athena": parse("athena")}[engine]
    for row in run([open(file, encoding="utf-8").read() for file in files]):
        print(json.dumps(row, default=str))


main()
