"""PostgreSQL databases lent to one test after another: emptied in between, far quicker than making new ones."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, create_engine, delete, insert, select, text
from sqlalchemy.pool import NullPool

from survey.models import Model

# What a test may have changed besides rows: then its database is not lent again.
SHAPE = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
    SELECT concat_ws(' ', c.oid, c.relname, c.relkind, c.relacl, a.attname, a.atttypid, a.attnotnull) AS line
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', oid, conname, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', oid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', setdatabase, setconfig) FROM pg_db_role_setting
) AS lines"""
# Somebody else's connections to the same database: what an application of the last test has left.
END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
SEQUENCES = "SELECT format('%I', sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"


class LentDatabase:
    """A database with schema and presets, and what it takes to bring it back to that."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_engine(url, poolclass=NullPool)
        with self._engine.connect() as connection:
            self._shape = connection.scalar(text(SHAPE))
            tables = Model.metadata.sorted_tables
            found = {table: connection.execute(select(table)).mappings().all() for table in tables}
            self._presets = {table: [dict(row) for row in rows] for table, rows in found.items() if rows}
            self._sequences = [(name, last) for name, last in connection.execute(text(SEQUENCES))]

    def is_clean_again(self) -> bool:
        """Bring the rows back to the presets; False if a test has changed more than rows."""
        with self._engine.begin() as connection:
            connection.execute(text(END_OTHERS))
            if connection.scalar(text(SHAPE)) != self._shape:
                return False
            self._put_back(connection)
        return True

    def _put_back(self, connection: Connection) -> None:
        tables = reversed(Model.metadata.sorted_tables)
        statements = [str(delete(table)) for table in tables]
        statements += [
            f"SELECT setval('{name}', {last or 1}, {last is not None})" for name, last in self._sequences
        ]
        connection.exec_driver_sql(";".join(statements))
        for table, rows in self._presets.items():
            connection.execute(insert(table), rows)


class Lender:
    """Keeps the databases that no test has just now; `make` makes one more."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._free: list[LentDatabase] = []

    def lend(self) -> LentDatabase:
        """Give a database as if it were new."""
        while self._free:
            known = self._free.pop()
            if known.is_clean_again():
                return known
        return LentDatabase(self._make())

    def take_back(self, lent: LentDatabase) -> None:
        """Have a database again; it is cleaned when it is lent, for until then something may still write to it."""
        self._free.append(lent)
