"""How PostgreSQL writes customers and orders for the REST API; the serializers of single records say the same."""

from tenancy.api_pages import utc

_TAGS = """ARRAY(SELECT t.name FROM crm_customertag AS g
  JOIN crm_tag AS t ON t.organisation_id = g.organisation_id AND t.id = g.tag_id
  WHERE g.organisation_id = r.organisation_id AND g.customer_id = r.id ORDER BY t.name)"""


def _contacts(*more: str) -> str:
    each = ", ".join(["p.id", "p.kind", "p.value", "p.is_primary", f"{utc('p.verified_at')} AS verified_at", *more])
    return f"""ARRAY(SELECT row_to_json(c) FROM (SELECT {each} FROM crm_contactpoint AS p
  WHERE p.organisation_id = r.organisation_id AND p.customer_id = r.id ORDER BY p.kind, p.is_primary DESC, p.id) AS c)"""


CUSTOMER = {
    "id": "r.id", "kind": "r.kind", "name": "r.name", "stage": "r.stage", "owner_id": "r.owner_id", "language": "r.language",
    "gender": "r.gender", "birth_date": "r.birth_date", "province": "r.province", "city": "r.city",
    "occupation": "r.occupation", "note": "r.note", "custom": "r.custom", "country": "r.country", "address": "r.address",
    "postal_code": "r.postal_code", "income_band": "r.income_band", "interests": "r.interests",
    "personal_values": "r.personal_values", "company_id": "r.company_id", "source": "r.source", "tags": _TAGS,
    "contact_points": _contacts(), "created_at": utc("r.created_at"), "updated_at": utc("r.updated_at"),
}  # fmt: skip

# With what contacts are compared by, of which the masks are made.
CUSTOMER_TO_MASK = CUSTOMER | {"contact_points": _contacts("p.normalised")}

_LINES = """ARRAY(SELECT row_to_json(c) FROM (
  SELECT l.position, l.product_id, l.sku, l.name, l.quantity, l.unit_minor, l.amount_minor FROM crm_orderline AS l
  WHERE l.organisation_id = r.organisation_id AND l.order_id = r.id ORDER BY l.position, l.id) AS c)"""
_REFUND = f"""json_build_object('id', f.id, 'source', f.source, 'external_id', f.external_id,
    'order_id', f.order_id, 'order_external_id', f.order_external_id, 'currency', f.currency, 'amount_minor', f.amount_minor,
    'refunded_at', {utc("f.refunded_at")}, 'reason', f.reason,
    'state', CASE WHEN f.cancelled_at IS NULL THEN 'counted' ELSE 'cancelled' END, 'problem', f.problem,
    'recorded_at', {utc("f.recorded_at")}, 'cancelled_at', {utc("f.cancelled_at")}, 'cancel_reason', f.cancel_reason)"""
# Three columns of an order come from its refunds, which are read once.
ORDER_ASIDES = {
    "back": f"""SELECT coalesce(sum(b.counted), 0)::bigint AS minor, coalesce(json_agg(b.refund), '[]') AS refunds
  FROM (SELECT CASE WHEN f.cancelled_at IS NULL THEN f.amount_minor END AS counted, {_REFUND} AS refund
    FROM crm_refund AS f WHERE f.organisation_id = r.organisation_id AND f.order_id = r.id ORDER BY f.id) AS b"""
}
ORDER = {
    "id": "r.id", "source": "r.source", "external_id": "r.external_id", "customer_id": "r.customer_id", "status": "r.status",
    "channel": "r.channel", "currency": "r.currency", "total_minor": "r.total_minor", "refunded_minor": "back.minor",
    "kept_minor": "CASE r.status WHEN 'paid' THEN r.total_minor - back.minor ELSE 0 END",
    "placed_at": utc("r.placed_at"), "paid_at": utc("r.paid_at"), "cancelled_at": utc("r.cancelled_at"),
    "recorded_at": utc("r.recorded_at"), "lines": _LINES, "refunds": "back.refunds",
}  # fmt: skip
