"""The key under which a name is found whichever of its parts stands first."""

import random

from django.db import connection

# As it was when the first indexes were filled: they hold what this said.
_FIRST = """
  SELECT string_agg(w, ' ' ORDER BY w COLLATE "C")
  FROM (
    SELECT CASE WHEN t ~ '[㐀-鿿]'
      THEN array_to_string((string_to_array(t, ' '))[:cardinality(string_to_array(t, ' ')) - 2], ' ') ELSE t END AS plain
  ) AS n, unnest(string_to_array(n.plain, CASE WHEN n.plain ~ ' |^[ -~]*$' THEN ' ' END)) AS w
"""


def _keys(*texts):
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_name_key(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x (t, n) ORDER BY n", [[*texts]])
        return [key for (key,) in cursor.fetchall()]


def test_a_name_has_one_key_in_whichever_order_its_parts_stand(at_acme):
    assert _keys("smith anna maria", "maria anna smith") == ["anna maria smith"] * 2
    assert _keys("张伟敏 zhangweimin zwm", "敏张伟 minzhangwei mzw") == ["伟 张 敏"] * 2
    assert _keys("欧阳 娜娜 ouyangnana oynn") == ["娜娜 欧阳"]


def test_no_name_has_no_key(at_acme):
    assert _keys("", None) == [None, None]


def test_the_key_is_the_one_that_the_index_was_filled_with(at_acme):
    chance = random.Random(1)
    texts = ["".join(chance.choices("ab zé 张王 伟㐀鿿々　-'\tñ", k=chance.randrange(14))) for _ in range(5000)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t FROM unnest(%s::text[]) AS t WHERE crm_name_key(t) IS DISTINCT FROM ({_FIRST})", [texts])
        assert cursor.fetchall() == []
