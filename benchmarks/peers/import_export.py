"""django-import-export, measured: PEER_DATABASE_URL=… python -P import_export.py ROWS ORGANISATION answers with a JSON line.

It is given what suits it: one flat table with three indexes in a database of its own, without policies, audit or events,
new rows only, and nothing to find fault with. Once its usual way, row by row; once in bulk; once tuned as its manual says
(docs/bulk_import.rst, "Performance tuning": bulk, known instances held in memory, no difference kept).

Like for like it is given our tables too: a customer and three contacts in an organisation of ours, with all their indexes
and foreign keys, still without policies, audit, events, traces, pinyin and normalisation of what was typed. There it makes
the contacts where its manual makes what hangs on a row, in after_save_instance; tuned, they are made in one go at the end.
"""

import json
import os
import random
import sys
import time
import uuid
from urllib.parse import unquote, urlsplit

import django
import psycopg2
from django.conf import settings

DATABASE = "yinjian_peer_import"
COLUMNS = ["name", "phone", "email", "number", "city", "born", "gender"]
WAYS = {
    "row by row": {"skip_unchanged": True, "report_skipped": False},
    "in bulk": {"use_bulk": True, "skip_unchanged": True, "report_skipped": False},
    "in bulk, tuned": {"use_bulk": True, "skip_diff": True},
}


def main(rows: int, organisation: str) -> dict:
    at = urlsplit(os.environ["PEER_DATABASE_URL"])
    _remake(at)
    try:
        _set_up(at)
        flat = {way: _rate(rows, _flat(way), 0) for way in WAYS}
        ours = {way: _rate(rows, _ours(way, organisation), mark) for mark, way in enumerate(WAYS) if way != "in bulk"}
        return {"flat": flat, "ours": ours, "version": _version()}
    finally:
        from django.db import connections

        connections.close_all()
        _remake(at, again=False)


def _remake(at, *, again: bool = True) -> None:
    connection = psycopg2.connect(at._replace(path="/postgres").geturl())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if again:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


def _set_up(at) -> None:
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": DATABASE, "USER": unquote(at.username),
        "PASSWORD": unquote(at.password or ""), "HOST": at.hostname, "PORT": at.port,
    }  # fmt: skip
    databases = {"default": database, "ours": database | {"NAME": at.path.removeprefix("/")}}
    settings.configure(
        DATABASES=databases, DATABASE_ROUTERS=["__main__.Router"], INSTALLED_APPS=["import_export"], USE_TZ=True
    )
    django.setup()


class Router:
    """Send the models of our tables to our database."""

    def db_for_read(self, model, **hints):
        return "default" if model._meta.managed else "ours"

    db_for_write = db_for_read


def _rate(count: int, resource, mark: int) -> float:
    """Import so many people, whose contacts hold a digit that keeps them apart from those of another way."""
    import tablib

    chance = random.Random(7)
    data = tablib.Dataset(headers=COLUMNS)
    for n in range(count):
        named = chance.choice("张李王刘陈") + chance.choice("伟芳娜敏静")
        data.append([named, f"138{mark}{n:07d}", f"user{mark}{n}@example.com", f"K{mark}{n}", "上海", "1988-05-01", "女"])
    begun = time.perf_counter()
    result = resource.import_data(data, dry_run=False, raise_errors=True)
    seconds = time.perf_counter() - begun
    assert result.totals["new"] == count and not result.has_errors(), result.totals
    return count / seconds


# --- one flat table ------------------------------------------------------------------------------------


def _flat(way: str):
    from django.db import connection, models
    from import_export import instance_loaders, resources

    name = f"Person{len(way)}"  # a model of its own for each way, hence a table
    meta = type("Meta", (), {"app_label": "import_export", "indexes": [models.Index(fields=["name"], name=f"{name}_name")]})
    fields = {one: models.CharField(max_length=200, blank=True) for one in ("name", "city", "born", "gender")}
    unique = {one: models.CharField(max_length=200, unique=True) for one in ("phone", "email", "number")}
    person = type(name, (models.Model,), {"__module__": "peer", "Meta": meta, **fields, **unique})
    with connection.schema_editor() as editor:
        editor.create_model(person)
    loader = {"instance_loader_class": instance_loaders.CachedInstanceLoader} if "tuned" in way else {}
    own = {"model": person, "import_id_fields": ["number"], "fields": COLUMNS, "batch_size": 1000, **WAYS[way], **loader}
    return type("People", (resources.ModelResource,), {"Meta": type("Meta", (), own)})()


# --- our tables ----------------------------------------------------------------------------------------


def _ours(way: str, organisation: str):
    """Make customers of ours with a phone, an address and a number each."""
    from import_export import fields, resources

    customer, point = _our_models(way, organisation)

    class Customers(resources.ModelResource):
        number = fields.Field(attribute="number", column_name="number")
        city = fields.Field(attribute="city", column_name="city")
        born = fields.Field(attribute="birth_date", column_name="born")
        known, points = None, None

        class Meta:
            model = customer
            import_id_fields = ["number"]
            fields = ["name", "number", "city", "born"]
            batch_size = 1000

        def before_import(self, dataset, **kwargs):
            if self._meta.use_bulk:
                numbers = point.objects.filter(
                    organisation_id=organisation, kind="external", normalised__in=dataset["number"]
                )
                self.known = dict(numbers.values_list("normalised", "customer_id"))
                self.points = []

        def get_instance(self, instance_loader, row):
            """Ask by what our indexes begin with, and without first(), which would sort all points of the organisation."""
            known = self.known
            if known is None:
                told = {"organisation_id": organisation, "kind": "external", "normalised": row["number"]}
                known = dict(point.objects.filter(**told).values_list("normalised", "customer_id")[:1])
            found = known.get(row["number"])
            return found and customer.objects.get(organisation_id=organisation, id=found)

        def before_save_instance(self, instance, row, **kwargs):
            instance.search_text, instance.gender = instance.name.lower(), {"女": "female", "男": "male"}[row["gender"]]

        def after_save_instance(self, instance, row, **kwargs):
            values = {"phone": "+86" + row["phone"], "email": row["email"], "external": row["number"]}
            made = [point(customer=instance, kind=kind, value=value, normalised=value) for kind, value in values.items()]
            if self.points is not None:
                self.points += made
                return
            for one in made:
                one.save(force_insert=True)

        def after_import(self, dataset, result, **kwargs):
            if self.points:
                point.objects.bulk_create(self.points, batch_size=1000)

    for name, value in WAYS[way].items():
        setattr(Customers._meta, name, value)
    return Customers()


def _our_models(way: str, organisation: str):
    from django.db import models
    from django.utils import timezone

    empty = (
        "search_text", "language", "gender", "country", "province", "city", "address", "postal_code", "occupation",
        "income_band", "interests", "personal_values", "note",
    )  # fmt: skip

    def key():
        return models.UUIDField(primary_key=True, default=uuid.uuid4)

    def own():
        return models.UUIDField(default=lambda: uuid.UUID(organisation))

    same = {"kind": "person", "stage": "prospect", "source": "import", **dict.fromkeys(empty, "")}
    meta = {"app_label": "import_export", "managed": False}
    customer = type(f"Customer{len(way)}", (models.Model,), {
        "__module__": "peer", "Meta": type("Meta", (), meta | {"db_table": "crm_customer"}), "id": key(),
        "organisation_id": own(), "name": models.CharField(max_length=120), "birth_date": models.DateField(null=True),
        **{name: models.CharField(max_length=400, default=value) for name, value in same.items()},
        "custom": models.JSONField(default=dict), "created_at": models.DateTimeField(default=timezone.now),
        "updated_at": models.DateTimeField(default=timezone.now),
    })  # fmt: skip
    point = type(f"Point{len(way)}", (models.Model,), {
        "__module__": "peer", "Meta": type("Meta", (), meta | {"db_table": "crm_contactpoint"}), "id": key(),
        "organisation_id": own(), "customer": models.ForeignKey(customer, models.DO_NOTHING, related_name="points"),
        "kind": models.CharField(max_length=8), "value": models.CharField(max_length=254),
        "normalised": models.CharField(max_length=254), "is_primary": models.BooleanField(default=True),
    })  # fmt: skip
    return customer, point


def _version() -> str:
    from importlib.metadata import version

    return version("django-import-export")


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), sys.argv[2])))
