"""Add editions, history and our own versions"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("stands_on_id", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_editions_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["persons.id"], name=op.f("fk_editions_published_by_persons")
        ),
        sa.ForeignKeyConstraint(
            ["stands_on_id"], ["editions.id"], name=op.f("fk_editions_stands_on_id_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("charter_id", "number", name=op.f("uq_editions_charter_id")),
    )
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_editions_stands_on_id"), ["stands_on_id"], unique=False
        )

    op.create_table(
        "namings",
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("yes", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_namings_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_namings_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("charter_id", "number", "person_id", name=op.f("pk_namings")),
    )

    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("to_charter_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("wording_digest", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_offers_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["to_charter_id"], ["charters.id"], name=op.f("fk_offers_to_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["wording_digest"], ["wordings.digest"], name=op.f("fk_offers_wording_digest_wordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_charter_id"), ["charter_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_offers_to_charter_id"), ["to_charter_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_offers_wording_digest"), ["wording_digest"], unique=False
        )

    op.create_table(
        "sittings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_sittings_charter_id_charters")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
    )
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sittings_charter_id"), ["charter_id"], unique=False)

    op.create_table(
        "adaptations",
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("of_charter_id", sa.String(length=32), nullable=False),
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_adaptations_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_adaptations_edition_id_editions")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["persons.id"], name=op.f("fk_adaptations_made_by_persons")
        ),
        sa.ForeignKeyConstraint(
            ["of_charter_id"], ["charters.id"], name=op.f("fk_adaptations_of_charter_id_charters")
        ),
        sa.PrimaryKeyConstraint("charter_id", name=op.f("pk_adaptations")),
    )
    with op.batch_alter_table("adaptations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adaptations_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_adaptations_of_charter_id"), ["of_charter_id"], unique=False
        )

    op.create_table(
        "adoptions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("look_again_on", sa.Date(), nullable=True),
        sa.Column("present", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_adoptions_edition_id_editions")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_adoptions_group_id_groups")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["persons.id"], name=op.f("fk_adoptions_recorded_by_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoptions")),
    )
    with op.batch_alter_table("adoptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoptions_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adoptions_group_id"), ["group_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_decisions_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_decisions_edition_id_editions")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_decisions_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_charter_id"), ["charter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "edition_items",
        sa.Column("edition_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("wording_digest", sa.String(length=64), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("why_digest", sa.String(length=64), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_edition_items_edition_id_editions")
        ),
        sa.ForeignKeyConstraint(
            ["wording_digest"],
            ["wordings.digest"],
            name=op.f("fk_edition_items_wording_digest_wordings"),
        ),
        sa.PrimaryKeyConstraint("edition_id", "place", name=op.f("pk_edition_items")),
        sa.UniqueConstraint("edition_id", "item_id", name=op.f("uq_edition_items_edition_id")),
    )
    with op.batch_alter_table("edition_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_items_item_id"), ["item_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_edition_items_wording_digest"), ["wording_digest"], unique=False
        )

    op.create_table(
        "offer_steps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("offer_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_offer_steps_offer_id_offers")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_offer_steps_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_steps")),
    )
    with op.batch_alter_table("offer_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_steps_offer_id"), ["offer_id"], unique=False)

    op.create_table(
        "sitting_changes",
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("before_digest", sa.String(length=64), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after_digest", sa.String(length=64), nullable=True),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("persons", sa.JSON(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["after_digest"],
            ["wordings.digest"],
            name=op.f("fk_sitting_changes_after_digest_wordings"),
        ),
        sa.ForeignKeyConstraint(
            ["before_digest"],
            ["wordings.digest"],
            name=op.f("fk_sitting_changes_before_digest_wordings"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sittings.id"], name=op.f("fk_sitting_changes_sitting_id_sittings")
        ),
        sa.PrimaryKeyConstraint("sitting_id", "item_id", name=op.f("pk_sitting_changes")),
    )
    with op.batch_alter_table("sitting_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sitting_changes_after_digest"), ["after_digest"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sitting_changes_before_digest"), ["before_digest"], unique=False
        )

    op.create_table(
        "removals",
        sa.Column("charter_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["charter_id"], ["charters.id"], name=op.f("fk_removals_charter_id_charters")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"], ["persons.id"], name=op.f("fk_removals_removed_by_persons")
        ),
        sa.PrimaryKeyConstraint("charter_id", "item_id", "digest", name=op.f("pk_removals")),
    )
    with op.batch_alter_table("wordings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("wordings", schema=None) as batch_op:
        batch_op.drop_column("removed_at")

    op.drop_table("removals")
    with op.batch_alter_table("sitting_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_changes_before_digest"))
        batch_op.drop_index(batch_op.f("ix_sitting_changes_after_digest"))

    op.drop_table("sitting_changes")
    with op.batch_alter_table("offer_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_steps_offer_id"))

    op.drop_table("offer_steps")
    with op.batch_alter_table("edition_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_items_wording_digest"))
        batch_op.drop_index(batch_op.f("ix_edition_items_item_id"))

    op.drop_table("edition_items")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_edition_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_charter_id"))

    op.drop_table("decisions")
    with op.batch_alter_table("adoptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adoptions_group_id"))
        batch_op.drop_index(batch_op.f("ix_adoptions_edition_id"))

    op.drop_table("adoptions")
    with op.batch_alter_table("adaptations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adaptations_of_charter_id"))
        batch_op.drop_index(batch_op.f("ix_adaptations_edition_id"))

    op.drop_table("adaptations")
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sittings_charter_id"))

    op.drop_table("sittings")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offers_wording_digest"))
        batch_op.drop_index(batch_op.f("ix_offers_to_charter_id"))
        batch_op.drop_index(batch_op.f("ix_offers_charter_id"))

    op.drop_table("offers")
    op.drop_table("namings")
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_editions_stands_on_id"))

    op.drop_table("editions")
