"""Take thousands of customers of a list in a handful of statements: who is meant, what of them is new, what changes.

As record_customers, for lists that choose how a customer is recognised and what may be overwritten. The fields of the
reports must have been read already (kinds, lengths, dates); contacts are read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import md5
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from crm.errors import ContactPointsDiffer, ContactTaken, CustomerExists, CustomerNotFound
from crm.models import Consent, ContactPoint, Customer, CustomerTag, Tag
from crm.operations.companies import companies_called, words_of
from crm.operations.identity import here
from crm.operations.record_customer import Overtaken, retry_when_overtaken
from crm.reports import CustomerReport, CustomersTaken, Handling, Taken
from crm.rules import Contact, contacts_of
from foundation.contacts import search_text
from foundation.errors import DomainError
from foundation.ids import new_id, new_key
from tenancy import audit, bulk, door, events

_PLAIN = (
    "kind", "stage", "owner_id", "language", "gender", "birth_date", "country", "province", "city", "address", "postal_code",
    "occupation", "income_band", "interests", "personal_values", "company_id", "note",
)  # fmt: skip
COLUMNS = ("name", *_PLAIN, "custom")
NEVER_EMPTY = {"name", "kind", "stage"}
_NULL_WHEN_EMPTY = {"owner_id", "birth_date", "company_id"}
DEFAULTS = {"kind": Customer.Kind.PERSON, "stage": Customer.Stage.PROSPECT, "owner_id": None, "birth_date": None,
             "company_id": None}  # fmt: skip
_READ_AT_ONCE = 5000

Key = tuple[str, str]


def take_customers(reports: Sequence[CustomerReport], handling: Handling) -> CustomersTaken:
    """Take customers in, and say of each what became of it, in the order of the reports."""
    return retry_when_overtaken(lambda: _Batch(reports, handling).take()) if reports else CustomersTaken([])


def owners_of(keys: Iterable[Key]) -> dict[Key, UUID]:
    """Find whose contacts these are, one by one in their index: the planner would rather read all contacts."""
    kinds, values = zip(*found, strict=True) if (found := list(keys)) else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.kind, p.normalised, p.customer_id
            FROM unnest(%s::text[], %s::text[]) AS k (kind, normalised)
            CROSS JOIN LATERAL (
              SELECT kind, normalised, customer_id FROM crm_contactpoint
              WHERE organisation_id = %s AND kind = k.kind AND normalised = k.normalised LIMIT 1
            ) AS p
            """,
            [list(kinds), list(values), str(door.organisation_id())],
        )
        return {(kind, value): UUID(str(owner)) for kind, value, owner in cursor.fetchall()}


@dataclass
class _New:
    id: UUID
    source: str
    search_text: str
    values: Sequence[Any]  # of COLUMNS


@dataclass
class _Change:
    id: UUID
    values: dict[str, Any]


@dataclass
class _Batch:
    reports: Sequence[CustomerReport]
    handling: Handling
    new: list[_New] = field(default_factory=list)
    changes: list[_Change] = field(default_factory=list)
    contacts: list[tuple[UUID, Contact]] = field(default_factory=list)
    made_companies: dict[str, Taken] = field(default_factory=dict)

    def take(self) -> CustomersTaken:
        country = here().country
        read = [_read(report, country) for report in self.reports]
        self.owners = owners_of({contact.key for found in read if isinstance(found, list) for contact in found})
        self.known = _known(set(self.owners.values()))
        self.planned: dict[Key, int] = {}
        self.met: dict[UUID, int] = {}
        self.companies = companies_called({report.company for report in self.reports if report.company})
        answers = {place: self._judge(place, read[place]) for place in self._companies_first()}
        self._save()
        return CustomersTaken(self._beside([answers[place] for place in range(len(read))]), self.made_companies)

    def _companies_first(self) -> list[int]:
        """Judge companies before the people who work there, so that nobody's employer is made twice."""
        return sorted(range(len(self.reports)), key=lambda place: not _is_company(self.reports[place]))

    def _judge(self, place: int, contacts: list[Contact] | DomainError) -> Taken:
        if isinstance(contacts, DomainError):
            return Taken("refused", error=contacts)
        report = self.reports[place]
        earlier = [self.planned[contact.key] for contact in contacts if contact.key in self.planned]
        if earlier:
            return Taken("repeated", first=min(earlier))
        try:
            owner = self._owner(contacts)
            if owner in self.met:
                return Taken("repeated", first=self.met[owner])
            answer = self._complete(owner, report, contacts) if owner else self._make(report, contacts)
        except DomainError as error:
            return Taken("refused", error=error)
        if answer.id:
            self.met[answer.id] = place
            self.planned.update((contact.key, place) for contact in contacts)
        return answer

    def _owner(self, contacts: Sequence[Contact]) -> UUID | None:
        """Say who is meant; a contact that belongs to somebody else is never taken away from them."""
        match = self.handling.match
        all_owners = {self.owners[contact.key] for contact in contacts if contact.key in self.owners}
        meant = {
            self.owners[contact.key] for contact in contacts if contact.key in self.owners and match in ("any", contact.kind)
        }
        if len(meant) > 1:
            raise ContactPointsDiffer
        if all_owners - meant:
            raise ContactPointsDiffer if meant else ContactTaken
        return meant.pop() if meant else None

    def _make(self, report: CustomerReport, contacts: Sequence[Contact]) -> Taken:
        if self.handling.mode == "update":
            return Taken("skipped", error=CustomerNotFound())
        words = words_of(report.name)
        employer = None if _is_company(report) and words == words_of(report.company) else self._employer(report)
        made = _New(new_id(), report.source, words, _row(_employed(report, employer)))
        self.new.append(made)
        self.contacts += [(made.id, contact) for contact in contacts]
        if _is_company(report):
            self.companies.setdefault(words, made.id)
        return Taken("created", made.id, changes={"print": print_of(made.values)})

    def _employer(self, report: CustomerReport) -> UUID | None:
        """Find the company somebody works for; one that we do not know is made."""
        if not report.company:
            return None
        words = words_of(report.company)
        if words not in self.companies:
            company = CustomerReport(report.company, source=report.source, fields={"kind": Customer.Kind.COMPANY})
            made = self._make(company, [])
            self.made_companies[words] = Taken("created", made.id, changes=made.changes)
        return self.companies[words]

    def _complete(self, owner: UUID, report: CustomerReport, contacts: Sequence[Contact]) -> Taken:
        if self.handling.mode == "create":
            raise CustomerExists
        if self.handling.mode == "skip":
            return Taken("skipped", owner, CustomerExists())
        added = [(owner, contact) for contact in contacts if contact.key not in self.owners]
        self.contacts += added
        now = self.known[owner]
        is_told = report.company and (now["company_id"] is None or self.handling.fill != "empty")
        employer = self._employer(report) if is_told and words_of(report.company) != now["search_text"] else None
        values = _changed(now, _employed(report, employer), self.handling)
        if values:
            self.changes.append(_Change(owner, values))
            pairs = {name: [now[name], value] for name, value in values.items()}
            return Taken("updated", owner, changes=pairs | {"updated_at": [now["updated_at"], None]})
        return Taken("updated" if added else "unchanged", owner)

    # --- writing ----------------------------------------------------------------------------------------

    def _save(self) -> None:
        self._save_new()
        self._save_changes()
        self.points = _insert_contacts(self.contacts, self.known)

    def _save_new(self) -> None:
        now, wall = door.moment(), timezone.now()
        rows = [(one.id, one.search_text, one.source, *one.values) for one in self.new]
        bulk.insert(Customer, ["id", "search_text", "source", *COLUMNS], rows, created_at=now, updated_at=wall)
        told = [(one.id, {"source": one.source}) for one in self.new]
        audit.record_all("customer.created", Customer, told)
        events.publish_all("customer.created", [(id, now, facts) for id, facts in told])

    def _save_changes(self) -> None:
        columns = sorted({name for change in self.changes for name in change.values})
        if columns:
            hold_unchanged(self.known, [change.id for change in self.changes])
            if "name" in columns:
                columns.append("search_text")
            rows = [(c.id, *(_value(c.values, self.known[c.id], name) for name in columns)) for c in self.changes]
            bulk.update(Customer, columns, rows, updated_at=timezone.now())
        action = "customer.completed" if self.handling.fill == "empty" else "customer.updated"
        noted = {change.id: sorted(change.values) for change in self.changes}
        for customer_id, contact in self.contacts:
            if customer_id in self.known:
                noted[customer_id] = sorted({*noted.get(customer_id, ()), contact.kind})
        audit.record_all(action, Customer, [(id, {"fields": fields}) for id, fields in noted.items()])

    def _beside(self, answers: list[Taken]) -> list[Taken]:
        """Add what stands beside the customers: contacts, tags, consents."""
        at = {answer.id: place for place, answer in enumerate(answers) if answer.id and answer.verdict != "skipped"}
        added: dict[int, dict[str, list[UUID]]] = {}
        told = [(id, self.reports[place]) for id, place in at.items()]
        for kind, found in (("contact", self.points), ("tag", _add_tags(told)), ("consent", _add_consents(told))):
            for customer_id, row_id in found:
                added.setdefault(at[customer_id], {}).setdefault(kind, []).append(row_id)
        for place, what in added.items():
            verdict = "updated" if answers[place].verdict == "unchanged" else answers[place].verdict
            answers[place] = replace(answers[place], verdict=verdict, added=what)
        return answers


def _is_company(report: CustomerReport) -> bool:
    return report.fields.get("kind") == Customer.Kind.COMPANY


def _employed(report: CustomerReport, company_id: UUID | None) -> CustomerReport:
    return replace(report, fields={**report.fields, "company_id": company_id}) if company_id else report


def _read(report: CustomerReport, country: str) -> list[Contact] | DomainError:
    try:
        return contacts_of(report, country)
    except DomainError as error:
        return error


def _known(ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    if not ids:
        return {}
    names = ("id", *COLUMNS, "search_text", "updated_at")
    found = Customer.objects.filter(id__in=ids).values_list(*names)
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.iterator(_READ_AT_ONCE)}


def hold_unchanged(known: Mapping[UUID, Mapping[str, Any]], ids: Sequence[UUID]) -> None:
    """Lock these customers; whoever was changed since we looked makes us look again."""
    held = Customer.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id", "updated_at")
    if dict(held) != {id: known[id]["updated_at"] for id in ids}:
        raise Overtaken


def _changed(now: Mapping[str, Any], report: CustomerReport, handling: Handling) -> dict[str, Any]:
    """Say which columns get another value."""
    told = {"name": report.name, **report.fields}
    changed = {}
    for name in (*_PLAIN, "name"):
        if name in told or name in handling.told:
            value = _merged(now[name], _clean(name, told.get(name)), handling.fill, is_needed=name in NEVER_EMPTY)
            if value != now[name]:
                changed[name] = value
    custom = _merged_custom(now["custom"], report.fields.get("custom", {}), handling.fill)
    return changed | ({"custom": custom} if custom != now["custom"] else {})


def _merged(now: Any, told: Any, fill: str, *, is_needed: bool) -> Any:
    is_empty = told in (None, "")
    if fill == "empty":
        return told if not is_needed and now in (None, "") and not is_empty else now
    return now if is_empty and (is_needed or fill == "told") else told


def _merged_custom(now: Mapping[str, Any], told: Mapping[str, Any], fill: str) -> dict[str, Any]:
    """Merge own fields key by key; an empty value takes a key away where all is overwritten."""
    merged = dict(now)
    for key, value in told.items():
        is_empty = value in (None, "", [])
        if fill == "empty" and now.get(key) not in (None, "", []):
            continue
        if not is_empty:
            merged[key] = value
        elif fill == "all":
            merged.pop(key, None)
    return merged


def _clean(name: str, value: Any) -> Any:
    if value in (None, ""):
        return None if name in _NULL_WHEN_EMPTY else ""
    return value.strip() if isinstance(value, str) else value


def _row(report: CustomerReport) -> list[Any]:
    told = {"name": report.name, **report.fields}
    plain = [_clean(name, told.get(name)) or DEFAULTS.get(name, "") for name in ("name", *_PLAIN)]
    custom = {key: value for key, value in told.get("custom", {}).items() if value not in (None, "", [])}
    return [*plain, custom]


def print_of(values: Sequence[Any]) -> str:
    """Hash the own columns of a customer: another hash, and somebody has worked on it."""
    *plain, custom = values  # the database keeps the keys of a document in an order of its own
    kept = [*plain, dict(sorted(custom.items()))]
    return md5("\t".join(map(str, kept)).encode(), usedforsecurity=False).hexdigest()


def _value(values: Mapping[str, Any], now: Mapping[str, Any], name: str) -> Any:
    if name == "search_text" and "name" in values:
        return search_text(values["name"])[:400]
    return values.get(name, now[name])


def _insert_contacts(contacts: Sequence[tuple[UUID, Contact]], known: Mapping[UUID, Any]) -> list[tuple[UUID, UUID]]:
    """Add contacts; a customer's first of a kind is the primary one."""
    if not contacts:
        return []
    known = {id for id, _ in contacts} & known.keys()
    found = ContactPoint.objects.filter(customer_id__in=known, is_primary=True)
    primaries = set(found.values_list("customer_id", "kind")) if known else set()
    rows = []
    for customer_id, contact in contacts:
        place = (customer_id, contact.kind)
        rows.append((new_key(), customer_id, contact.kind, contact.value, contact.normalised, place not in primaries))
        primaries.add(place)
    bulk.insert(ContactPoint, ["id", "customer_id", "kind", "value", "normalised", "is_primary"], rows)
    return [(row[1], row[0]) for row in rows]


def _add_tags(told: Sequence[tuple[UUID, CustomerReport]]) -> list[tuple[UUID, UUID]]:
    wanted = {(id, name[:40]) for id, report in told for name in report.tags}
    if not wanted:
        return []
    names = {name for _, name in wanted}
    missing = names - set(Tag.objects.filter(name__in=names).values_list("name", flat=True))
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(missing)], ignore_conflicts=True)
    tags = dict(Tag.objects.filter(name__in=names).values_list("name", "id"))
    links = CustomerTag.objects.filter(customer_id__in={id for id, _ in wanted}, tag_id__in=tags.values())
    present = set(links.values_list("customer_id", "tag_id"))
    rows = [(new_id(), id, tags[name]) for id, name in sorted(wanted) if (id, tags[name]) not in present]
    bulk.insert(CustomerTag, ["id", "customer_id", "tag_id"], rows)
    audit.record_all("customer.tagged", Customer, [(row[1], {"tag_id": str(row[2])}) for row in rows])
    return [(row[1], row[0]) for row in rows]


def _add_consents(told: Sequence[tuple[UUID, CustomerReport]]) -> list[tuple[UUID, UUID]]:
    """Note what was said elsewhere, unless that very answer is in the books."""
    wanted = [(id, consent) for id, report in told for consent in report.consents]
    if not wanted:
        return []
    names = ("customer_id", "purpose", "channel", "is_granted", "source", "occurred_at")
    present = set(Consent.objects.filter(customer_id__in={id for id, _ in wanted}).values_list(*names))
    untimed = {row[:5] for row in present}
    language, rows = here().language, []
    for id, one in wanted:
        facts = (id, one.purpose, one.channel, one.is_granted, one.source)
        if (*facts, one.occurred_at) in present or (one.occurred_at is None and facts in untimed):
            continue
        rows.append((new_id(), *facts, one.occurred_at or door.moment()))
    bulk.insert(Consent, ["id", *names], rows, text_version="import", language=language)
    noted = [(row[0], {"customer_id": str(row[1]), "purpose": row[2], "is_granted": row[4]}) for row in rows]
    audit.record_all("consent.recorded", Consent, noted)
    return [(row[1], row[0]) for row in rows]
