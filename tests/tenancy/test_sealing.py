"""Sealed values: unreadable at rest, readable in their own place only, movable to a new key."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, connections, models
from django.test.utils import isolate_apps

from foundation import sealing
from foundation.sealing import CannotOpen, KeyRing, derive_key, read_keys
from tenancy import door
from tenancy.checks import owned_models_are_whole
from tenancy.fields import OrganisationKey
from tenancy.management.commands import reseal
from tenancy.models import Organisation
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY
from tenancy.sealing import SealedJSONField, SealedTextField, reseal_some, ring

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SALT_LANE = {"street": "盐巷 4 号", "city": "York"}


@pytest.fixture(scope="module")
def letter(house, django_db_blocker):
    """A table with sealed columns, of this module alone."""
    with isolate_apps("tenancy"):

        class Letter(Owned):
            organisation = OrganisationKey(to=Organisation)
            reader = SealedTextField(null=True)
            writer = SealedTextField(null=True)
            address = SealedJSONField(null=True)

            class Meta(Owned.Meta):
                app_label = "tenancy"
                db_table = "test_letter"

    with django_db_blocker.unblock():
        with connections["owner"].schema_editor() as editor:
            editor.create_model(Letter)
        yield Letter
        with connections["owner"].schema_editor() as editor:
            editor.delete_model(Letter)


@pytest.fixture
def under(settings):
    """Serve under other keys: under(NEW, OLD)."""

    def change(*keys):
        settings.DATA_KEYS = keys

    return change


def _at_rest(letter, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_letter WHERE id = %s", [letter.id])
        return bytes(cursor.fetchone()[0])


# --- the ring, without a database ---------------------------------------------------------------------------


def test_a_value_opens_in_its_place_only():
    keys = KeyRing([NEW])
    sealed = keys.seal(b"4 Salt Lane", place=b"acme/orders.address")
    assert keys.open(sealed, place=b"acme/orders.address") == b"4 Salt Lane"
    with pytest.raises(CannotOpen, match="belongs to another place"):
        keys.open(sealed, place=b"globex/orders.address")
    assert sealed != keys.seal(b"4 Salt Lane", place=b"acme/orders.address")


@pytest.mark.parametrize("at", range(0, 44, 4))
def test_a_changed_byte_is_noticed(at):
    sealed = bytearray(KeyRing([NEW]).seal(b"4 Salt Lane", place=b"here"))
    sealed[at] ^= 1
    with pytest.raises(CannotOpen):
        KeyRing([NEW]).open(bytes(sealed), place=b"here")


def test_an_older_key_opens_and_the_newest_seals():
    sealed = KeyRing([OLD]).seal(b"Ann", place=b"here")
    both = KeyRing([NEW, OLD])
    assert both.open(sealed, place=b"here") == b"Ann"
    assert KeyRing([NEW]).open(both.seal(b"Ann", place=b"here"), place=b"here") == b"Ann"
    with pytest.raises(CannotOpen, match="is an older one missing"):
        KeyRing([NEW]).open(sealed, place=b"here")


def test_keys_are_read_newest_first():
    text = f"{base64.b64encode(NEW).decode()}, {base64.b64encode(OLD).decode()}"
    assert read_keys(text) == (NEW, OLD)


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ=", "A" * 43 + "=," + "A" * 43 + "="])
def test_bad_keys_are_refused(text):
    with pytest.raises(ValueError, match=r"base64|32 bytes|twice"):
        read_keys(text)


def test_a_derived_key_is_another_one_for_each_purpose():
    assert derive_key("secret", "a") == derive_key("secret", "a") != derive_key("secret", "b")
    assert len(derive_key("secret", "a")) == sealing.KEY_BYTES


# --- fields ---------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_again_and_unreadable_at_rest(letter, at_acme):
    with at_acme():
        written = letter.objects.create(reader="王芳", address=SALT_LANE)
        read = letter.objects.get(id=written.id)
        assert (read.reader, read.writer, read.address) == ("王芳", None, SALT_LANE)
        assert letter.objects.values_list("reader", flat=True).get(id=written.id) == "王芳"
        for column in ("reader", "address"):
            assert _at_rest(written, column).startswith(ring().newest_prefix)
            assert "王芳".encode() not in _at_rest(written, column)


def test_every_way_of_writing_seals(letter, at_acme):
    with at_acme():
        first, second = letter.objects.bulk_create([letter(reader="a"), letter(reader="b")])
        letter.objects.filter(id=first.id).update(reader="c", address=SALT_LANE)
        second.reader = "d"
        letter.objects.bulk_update([second], ["reader"])
        assert [letter.objects.get(id=row.id).reader for row in (first, second)] == ["c", "d"]
        assert all(_at_rest(row, "reader").startswith(ring().newest_prefix) for row in (first, second))


def test_a_value_cannot_be_moved_to_another_column(letter, at_acme):
    with pytest.raises(CannotOpen), at_acme():
        row = letter.objects.create(reader="Ann")
        letter.objects.filter(id=row.id).update(writer=models.F("reader"))
        letter.objects.get(id=row.id)


def test_a_value_cannot_be_moved_to_another_organisation(letter, at_acme, globex):
    with at_acme():
        sealed = _at_rest(letter.objects.create(reader="Ann"), "reader")
    with pytest.raises(CannotOpen), door.organisation(globex.id):
        row = letter.objects.create()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE test_letter SET reader = %s WHERE id = %s", [sealed, row.id])
        letter.objects.get(id=row.id)


def test_it_can_be_erased_and_that_can_be_asked_for(letter, at_acme):
    with at_acme():
        row = letter.objects.create(reader="Ann")
        assert letter.objects.filter(id=row.id, reader__isnull=False).update(reader=None) == 1
        assert letter.objects.get(id=row.id).reader is None


@pytest.mark.parametrize(
    "look_up", [{"reader": "Ann"}, {"reader__in": ["Ann"]}, {"reader__contains": "A"}, {"address__city": "York"}]
)
def test_it_cannot_be_searched(letter, at_acme, look_up):
    with at_acme(), pytest.raises(FieldError, match="is sealed"):
        letter.objects.filter(**look_up).exists()


def test_a_number_is_no_text(letter, at_acme):
    with pytest.raises(TypeError), at_acme():
        letter.objects.create(reader=7)


def test_migrations_see_a_plain_field():
    _, path, _, kwargs = SealedTextField(null=True).deconstruct()
    assert (path, kwargs) == ("django.db.models.BinaryField", {"null": True})


def test_a_table_that_keeps_everything_may_not_seal(monkeypatch):
    with isolate_apps("tenancy") as apps:

        class Stone(Owned):
            organisation = OrganisationKey(to=Organisation)
            reader = SealedTextField(null=True)

            class Meta(Owned.Meta):
                app_label = "tenancy"
                db_table_comment = APPEND_ONLY

    monkeypatch.setattr("tenancy.checks.apps", apps)
    assert "tenancy.E004" in [error.id for error in owned_models_are_whole(None)]


# --- new keys -------------------------------------------------------------------------------------------------


def test_reseal_puts_all_rows_under_the_newest_key(letter, acme, globex, at_acme, under, settings, monkeypatch, capsys):
    oldest = settings.DATA_KEYS  # of rows that other tests left
    under(OLD)
    with at_acme():
        rows = letter.objects.bulk_create([letter(reader=str(number)) for number in range(7)] + [letter()])
    with door.organisation(globex.id):
        others = letter.objects.create(reader="Mallory", address=SALT_LANE)
    under(NEW, OLD, *oldest)
    monkeypatch.setattr(reseal.apps, "get_models", lambda: [letter])
    monkeypatch.setattr(reseal, "reseal_some", lambda model: reseal_some(model, limit=3))
    call_command("reseal")
    assert "tenancy.Letter: " in capsys.readouterr().out
    under(NEW)
    with at_acme():
        assert [letter.objects.get(id=row.id).reader for row in rows] == [*map(str, range(7)), None]
    with door.organisation(globex.id):
        found = letter.objects.get(id=others.id)
        assert (found.reader, found.address) == ("Mallory", SALT_LANE)
        assert reseal_some(letter) == 0


def test_reseal_names_the_row_it_cannot_open(letter, at_acme, under):
    under(OLD)
    with at_acme():
        lost = letter.objects.create(reader="Ann")
    under(NEW)
    with at_acme(), pytest.raises(CannotOpen, match=f"test_letter {lost.id}"):
        reseal_some(letter)
    with at_acme():
        letter.objects.filter(id=lost.id).delete()


# --- settings -------------------------------------------------------------------------------------------------


def _load_settings(**changes) -> subprocess.CompletedProcess:
    environment = os.environ | {
        "YINJIAN_MODE": "production", "SECRET_KEY": "x" * 50, "PUBLIC_URL": "https://crm.example.com",
        "SMTP_HOST": "mail.example.com",
    } | changes  # fmt: skip
    return subprocess.run([sys.executable, "-c", "import config.settings as s; print(len(s.DATA_KEYS))"],
                          env=environment, capture_output=True, text=True)  # fmt: skip


def test_production_starts_with_keys_only():
    keys = ",".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    assert _load_settings(DATA_KEYS=keys).stdout == "2\n"
    assert "DATA_KEYS is not set" in _load_settings(DATA_KEYS="").stderr
    assert "DATA_KEYS: a key is 32 bytes" in _load_settings(DATA_KEYS="c2hvcnQ=").stderr


def test_a_demo_makes_its_key_from_its_secret():
    assert _load_settings(DATA_KEYS="", YINJIAN_MODE="demo").stdout == "1\n"
