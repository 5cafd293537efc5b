import pytest
from django.db import connection

from crm import operations, queries
from foundation.ids import new_id
from tenancy import door
from tenancy.models import Organisation


@pytest.fixture
def chunxi(database):
    """A Chinese shop with a few customers."""
    organisation = Organisation(id=new_id())
    with door.organisation(organisation.id):
        slug = f"chunxi-{organisation.id.hex[-12:]}"
        Organisation.objects.create(
            id=organisation.id, slug=slug, name="春熙", country="CN", currency="CNY", language="zh-hans"
        )
        for name, phone, email in [
            ("张伟", "13800138000", "zhangwei@example.com"),
            ("张小雨", "13900139111", ""),
            ("王芳", "+44 7700 900123", "fang.wang@example.com"),
            ("Ann Zhu_50%", "", "ann@example.com"),
        ]:
            operations.record_customer(name=name, phone=phone, email=email, external_id=f"C-{name[0]}{phone[-2:]}")
    return organisation


def _found(organisation, text, limit=20):
    with door.organisation(organisation.id):
        ids = queries.search_ids(text, limit)
        names = dict(queries.customers().values_list("id", "name"))
    return [names[id] for id in ids]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("张", {"张伟", "张小雨"}),
        ("伟", {"张伟"}),
        ("zhang", {"张伟", "张小雨"}),
        ("ZhangWei", {"张伟"}),
        ("zhang wei", {"张伟"}),
        ("zw", {"张伟"}),
        ("zxy", {"张小雨"}),
        ("xiaoyu", {"张小雨"}),
        ("138", {"张伟"}),
        ("138 0013", {"张伟"}),
        ("+86139", {"张小雨"}),
        ("9111", {"张小雨"}),
        ("0123", {"王芳"}),
        ("00447700", {"王芳"}),
        ("ann@", {"Ann Zhu_50%"}),
        ("fang.w", {"王芳"}),
        ("C-张00", {"张伟"}),
        ("zhu", {"Ann Zhu_50%"}),
        ("hu_5", {"Ann Zhu_50%"}),
        ("0%", {"Ann Zhu_50%"}),
        ("a_n", set()),
        ("%", set()),
        ("   ", set()),
        ("\x00", set()),
        ("nobody", set()),
        ("';--", set()),
    ],
)
def test_people_find_customers_as_they_type(chunxi, typed, names):
    assert set(_found(chunxi, typed)) == names


def test_a_match_at_the_beginning_comes_first(chunxi):
    with door.organisation(chunxi.id):
        operations.record_customer(name="Suzhang Li")
    assert _found(chunxi, "张小")[0] == "张小雨"
    assert _found(chunxi, "zhang")[-1] == "Suzhang Li"


def test_no_more_than_asked_for(chunxi):
    assert len(_found(chunxi, "zhang", limit=1)) == 1


def test_nobody_of_globex_is_found_at_acme(at_acme, ann, globex):
    with door.organisation(globex.id):
        operations.record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")
    with at_acme():
        for typed in ("ann", "smith", "ann@", "07700", "0001"):
            assert queries.search_ids(typed) == [ann.id]


def test_the_function_finds_nothing_for_another_organisation_than_ours(at_acme, ann, globex):
    with door.organisation(globex.id), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM crm_search_customers(%s, 'ann', '{}', 10)", [ann.organisation_id])
        assert cursor.fetchall() == []


def test_the_serving_role_still_sees_only_its_own_rows(at_acme, ann, globex):
    with door.organisation(globex.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_customer")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM crm_contactpoint")
        assert cursor.fetchone() == (0,)
