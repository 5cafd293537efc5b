"""What of asking and honouring is configuration: scripts, when customers are asked, badges for friends, the wall."""

from django.utils.translation import gettext_lazy as _

from crm.models import Segment
from referrals.models import AskRules, HonourRules, HonourStep, Script
from referrals.operations import asking, honours
from tenancy.configuration import Entry, Section, entry_of

# --- scripts; how each fared stays where it was used -----------------------------------------------------------

_SCRIPT = ("situation", "text", "do", "avoid")


def _read_scripts() -> dict[str, Entry]:
    """Scripts in use by name and variant; a segment is known by its name."""
    rows = Script.objects.filter(is_active=True).select_related("segment")
    return {f"{row.name}/{row.variant}": entry_of(row, _SCRIPT) | _segment_of(row) for row in rows if _travels(row)}


def _travels(script: Script) -> bool:
    """A list of people put together by hand is nobody else's."""
    return script.segment is None or script.segment.kind == Segment.Kind.DYNAMIC


def _segment_of(script: Script) -> Entry:
    return {"segment": script.segment.name} if script.segment else {}


def _write_script(key: str, entry: Entry) -> None:
    known = _script(key)
    told = (entry_of(known, _SCRIPT) | _segment_of(known) if known else {}) | entry
    if not told.keys() <= {*_SCRIPT, "segment"}:
        raise ValueError(entry)
    segment = told.pop("segment", None)
    name, variant = key.rsplit("/", 1)
    told["segment_id"] = Segment.objects.get(name=segment).id if segment else None
    asking.save_script(known.id if known else None, name=name, variant=variant, **told)


def _remove_script(key: str) -> None:
    script = _script(key)
    name, variant = key.rsplit("/", 1)
    told = entry_of(script, _SCRIPT)
    asking.save_script(script.id, name=name, variant=variant, segment_id=script.segment_id, is_active=False, **told)


def _script(key: str) -> Script | None:
    name, variant = key.rsplit("/", 1)
    return Script.objects.select_related("segment").filter(name=name, variant=variant).first()


SCRIPTS = Section("scripts", _("Scripts for asking"), _read_scripts, _write_script, _remove_script)

# --- when and how often somebody is asked ----------------------------------------------------------------------

_ASK = (
    "is_active", "quiet_days", "most_in_90_days", "days_after_no", "least_nps", "least_stars", "repurchase_from",
    "open_days",
)  # fmt: skip


def _read_ask_rules() -> dict[str, Entry]:
    row = AskRules.objects.first()
    return {"asking": entry_of(row, _ASK)} if row else {}


def _write_ask_rules(key: str, entry: Entry) -> None:
    _expect_only(entry, _ASK)
    asking.set_ask_rules(**entry)


ASK_RULES = Section("ask_rules", _("When customers are asked"), _read_ask_rules, _write_ask_rules)

# --- honours; who agreed to be named is no configuration -------------------------------------------------------

_HONOURS = ("least_group", "is_board_shown", "is_wall_public", "title")


def _read_honour_rules() -> dict[str, Entry]:
    row = HonourRules.objects.first()
    return {"honours": entry_of(row, _HONOURS)} if row else {}


def _write_honour_rules(key: str, entry: Entry) -> None:
    _expect_only(entry, _HONOURS)
    honours.set_honour_rules(**entry)


def _read_steps() -> dict[str, Entry]:
    return {str(row.friends): {"badge": row.badge} for row in HonourStep.objects.all()}


def _write_step(key: str, entry: Entry) -> None:
    _expect_only(entry, ("badge",))
    honours.save_honour_step(friends=int(key), badge=entry["badge"])


def _remove_step(key: str) -> None:
    honours.remove_honour_step(HonourStep.objects.get(friends=int(key)).id)


def _expect_only(entry: Entry, known: tuple[str, ...]) -> None:
    if not entry.keys() <= set(known):
        raise ValueError(entry)


HONOUR_RULES = Section("honour_rules", _("Honours"), _read_honour_rules, _write_honour_rules)
HONOUR_STEPS = Section("honour_steps", _("Badges for friends who bought"), _read_steps, _write_step, _remove_step)
