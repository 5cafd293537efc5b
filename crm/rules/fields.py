"""Which fields of a customer a role reads and changes: the house's own table, which an organisation may change."""

HIDDEN, MASKED, REVEAL, READ, WRITE = "hidden", "masked", "reveal", "read", "write"

CONTACT_LEVELS = (HIDDEN, MASKED, REVEAL)
FIGURE_LEVELS = (HIDDEN, READ)
FIELD_LEVELS = (HIDDEN, READ, WRITE)

# Field of the table -> the columns of a customer that it stands for.
COLUMNS = {
    "birth_date": ("birth_date", "gender"),
    "address": ("country", "province", "city", "address", "postal_code"),
    "work": ("occupation", "company_id"),
    "income": ("income_band",),
    "character": ("interests", "personal_values"),
    "note": ("note",),
    "custom": ("custom",),
}
CONTACTS = ("phone", "email", "wechat", "external")
FIGURES = ("money",)
FIELDS = (*CONTACTS, *COLUMNS, *FIGURES)

# Where a role's own level is not the widest. Whoever may not change customers at all changes no field either.
_HOUSE = {
    "finance": {"income": HIDDEN, "character": HIDDEN, "note": HIDDEN, "birth_date": HIDDEN},
    "auditor": {},
}


def levels_of(field: str) -> tuple[str, ...]:
    """List the levels a field can have, narrowest first."""
    if field in CONTACTS:
        return CONTACT_LEVELS
    return FIGURE_LEVELS if field in FIGURES else FIELD_LEVELS


def house_level(role: str, field: str) -> str:
    """Say what a role gets of a field where the organisation has set nothing."""
    return _HOUSE.get(role, {}).get(field, levels_of(field)[-1])


def field_of(column: str) -> str | None:
    """Name the field of the table that a column belongs to; None is open to all who open the customer."""
    return next((field for field, columns in COLUMNS.items() if column in columns), None)
