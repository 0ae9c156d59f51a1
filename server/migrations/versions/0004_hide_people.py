"""Add hidden names and pictures of people, and where what was reported is hidden"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "person_hidings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_by", sa.String(length=32), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_person_hidings_group_id_groups")
        ),
        sa.ForeignKeyConstraint(
            ["hidden_by"], ["persons.id"], name=op.f("fk_person_hidings_hidden_by_persons")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_hidings_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["shown_by"], ["persons.id"], name=op.f("fk_person_hidings_shown_by_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_hidings")),
    )
    for column in ("group_id", "person_id"):
        op.create_index(op.f(f"ix_person_hidings_{column}"), "person_hidings", [column])
    op.add_column("reports", sa.Column("hide_at", sa.Text(), nullable=True))
    _find_where_to_hide()


def _find_where_to_hide() -> None:
    """Reports so far knew it for statements only, of which the history has all words."""
    reports = sa.table("reports", *map(sa.column, ("id", "item_id", "about", "address", "hide_at")))
    c, connection = reports.c, op.get_bind()
    of_statements = c.about.in_(["words", "meaning", "picture", "why"])
    rows = connection.execute(
        sa.select(c.id, c.item_id, c.address).where(of_statements, c.item_id.is_not(None))
    )
    for report_id, item_id, address in rows.all():
        slug = address.split("/")[2].partition("#")[0]
        connection.execute(
            reports.update()
            .where(c.id == report_id)
            .values(hide_at=f"/charters/{slug}/history/{item_id}")
        )
