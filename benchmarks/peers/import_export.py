"""django-import-export, measured: PEER_DATABASE_URL=… python -P import_export.py ROWS answers with one JSON line.

It is given what suits it: one flat table with three indexes in a database of its own, without policies, audit or events,
`use_bulk` with `skip_unchanged`, and once its usual way, row by row. Chinese names, phones and addresses as in our list.
"""

import json
import os
import random
import sys
import time
from urllib.parse import unquote, urlsplit

import django
import psycopg2
from django.conf import settings

DATABASE = "yinjian_peer_import"


def main(rows: int) -> dict:
    at = urlsplit(os.environ["PEER_DATABASE_URL"])
    _remake(at)
    try:
        _set_up(at)
        return {"rates": {"in bulk": _rate(rows, True), "row by row": _rate(rows, False)}, "version": _version()}
    finally:
        from django.db import connection

        connection.close()
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
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=["import_export"], USE_TZ=True)
    django.setup()


def _rate(count: int, use_bulk: bool) -> float:
    import tablib
    from django.db import connection, models
    from import_export import resources

    name = f"Person{int(use_bulk)}"
    meta = type("Meta", (), {"app_label": "import_export", "indexes": [models.Index(fields=["name"], name=f"{name}_name")]})
    fields = {one: models.CharField(max_length=200, blank=True) for one in ("name", "city", "born", "gender")}
    unique = {one: models.CharField(max_length=200, unique=True) for one in ("phone", "email", "number")}
    person = type(name, (models.Model,), {"__module__": "peer", "Meta": meta, **fields, **unique})
    with connection.schema_editor() as editor:
        editor.create_model(person)
    columns = ["name", "phone", "email", "number", "city", "born", "gender"]
    told = {
        "model": person, "import_id_fields": ["number"], "fields": columns, "use_bulk": use_bulk, "batch_size": 1000,
        "skip_unchanged": True, "report_skipped": False,
    }  # fmt: skip
    resource = type("People", (resources.ModelResource,), {"Meta": type("Meta", (), told)})()
    chance = random.Random(7)
    data = tablib.Dataset(headers=columns)
    for n in range(count):
        named = chance.choice("张李王刘陈") + chance.choice("伟芳娜敏静")
        data.append([named, f"138{n:08d}", f"user{n}@example.com", f"K{n}", "上海", "1988-05-01", "女"])
    begun = time.perf_counter()
    result = resource.import_data(data, dry_run=False, raise_errors=True)
    assert person.objects.count() == count and not result.has_errors()
    return count / (time.perf_counter() - begun)


def _version() -> str:
    from importlib.metadata import version

    return version("django-import-export")


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
