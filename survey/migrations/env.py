"""Alembic environment: always online, on the connection that the caller opened."""

from alembic import context
from sqlalchemy import Connection

from survey.models import Model


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Partitions of `response` are data placement, not schema."""
    return not (type_ == "table" and name is not None and name.startswith("response_p"))


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_name=include_name,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
