"""A segment, a list, a field of one's own and a lifecycle rule."""

from uuid import UUID

from crm import operations as crm


def a_segment(customer_id: UUID, member_id: UUID) -> dict[str, object]:
    kept = crm.create_segment(
        name="In York", conditions={"match": "all", "conditions": [{"fact": "city", "op": "is_empty"}]}, owner_id=member_id
    )
    crm.add_members(crm.freeze_segment(kept.id, name="Listed").id, [customer_id])
    crm.count_segments()
    field = crm.create_custom_field(
        subject="customer",
        key="roast",
        label={"en": "Roast"},
        kind="choice",
        choices=[{"value": "dark"}, {"value": "light"}],
    )
    crm.update_customer(customer_id, custom={"roast": "dark"})
    lost = {"fact": "last_order_at", "op": "more_than_days_ago", "value": 180}
    rule = crm.create_rule(name="Lost", conditions=lost, stage="lost")
    return {"segment_id": kept.id, "field_id": field.id, "lifecycle_id": rule.id, "figure": "missing_city"}
