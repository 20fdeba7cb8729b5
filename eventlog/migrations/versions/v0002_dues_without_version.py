"""What falls due names no version. A log that was made before that has the column, and took no row without it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if "version" in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("dues")}:
        op.drop_column("dues", "version")
