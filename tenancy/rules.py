"""Roles and what each may do. One vocabulary for people and for API keys."""

# resource:verb; a key holds a subset as its scopes.
PERMISSIONS = (
    "customers:read", "customers:write", "customers:merge", "contacts:reveal",
    "segments:write",
    "leads:read", "leads:write",
    "deals:read", "deals:write",
    "cases:read", "cases:write",
    "surveys:read", "surveys:write",
    "orders:read", "orders:write",
    "tasks:read", "tasks:write",
    "campaigns:read", "campaigns:write",
    "referrals:read", "referrals:write",
    "rewards:read", "rewards:write",
    "till:write",
    "approvals:write",
    "payouts:read", "payouts:write",
    "ledger:read", "ledger:write",
    "loyalty:read", "loyalty:write",
    "messages:read", "messages:write",
    "reports:read",
    "imports:write", "exports:read",
    "integrations:read", "integrations:write",
    "settings:write", "people:write",
    "audit:read",
)  # fmt: skip

_READ = {p for p in PERMISSIONS if p.endswith(":read")}

ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(PERMISSIONS),
    "marketer": frozenset(
        _READ - {"audit:read", "ledger:read", "payouts:read", "integrations:read"}
        | {"customers:write", "customers:merge", "contacts:reveal", "segments:write", "leads:write", "deals:write",
           "cases:write", "surveys:write", "till:write", "campaigns:write", "referrals:write", "loyalty:write",
           "messages:write", "tasks:write", "imports:write"}
    ),
    "sales": frozenset(
        {"customers:read", "customers:write", "contacts:reveal", "leads:read", "leads:write", "deals:read", "deals:write",
         "cases:read", "surveys:read", "orders:read", "orders:write", "tasks:read", "tasks:write", "campaigns:read",
         "referrals:read", "referrals:write", "rewards:read", "till:write", "loyalty:read", "reports:read"}
    ),
    "service": frozenset(
        {"customers:read", "customers:write", "contacts:reveal", "leads:read", "deals:read", "cases:read", "cases:write",
         "surveys:read", "surveys:write", "orders:read", "tasks:read", "tasks:write", "referrals:read", "rewards:read",
         "till:write", "loyalty:read", "messages:read"}
    ),
    "finance": frozenset(
        {"customers:read", "deals:read", "orders:read", "orders:write", "campaigns:read", "referrals:read", "rewards:read",
         "rewards:write", "till:write", "approvals:write", "payouts:read", "payouts:write", "ledger:read", "ledger:write",
         "loyalty:read", "reports:read", "exports:read"}
    ),
    "auditor": frozenset(_READ),
}  # fmt: skip


def permissions_of(role: str) -> frozenset[str]:
    return ROLES.get(role, frozenset())
