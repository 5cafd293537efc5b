"""Bodies and questions that are almost right, one thing of them spoilt: refused in the shape of a problem, never a crash.

Generated from the schema of the API with the ids of real records, so that what comes after the first look-up is reached,
too. Schemathesis, which knows no ids of ours, saw 404 where this finds more.
"""

import json
import random
import re
from io import StringIO
from uuid import uuid4

import pytest
import yaml
from django.core.management import call_command

from foundation.ids import new_code
from tests.walls.endpoints import ENDPOINTS, NAMES

TRIES = 12  # of each endpoint
DEEPEST = 5
SPOILT = [
    None, "", "\0", "a\0b", "x" * 6000, -1, 0, 2**31, 2**63, 2**70, 1e308, True, [], {}, "not-a-uuid",
    "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31", "2026-02-30", "2026-09-21T02:40:52-21:07", "\ud83d", "😀", "²",
    "١٢", "1e5", "NaN", [None], [{}], [[]], {"a": {"b": [1]}}, {"en": None}, {"zh-hans": 5}, "' OR 1=1", "\u202e",
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
_PLAIN = {"integer": 1, "number": 1.5, "boolean": True, "string": "text"}
_FORMATS = {
    "date-time": "2026-11-20T10:00:00Z", "date": "2026-11-20", "uri": "https://example.com/", "email": "zed@example.com",
    "decimal": "1.50",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", stdout=out)
    return yaml.safe_load(out.getvalue())


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_what_is_almost_right_is_a_problem_never_a_crash(endpoint, client, scene, schema):
    facts, keys = scene
    draw = random.Random(str(endpoint))
    told = schema["paths"]["/" + re.sub(r"<\w+:(\w+)>", r"{\1}", endpoint.route)][endpoint.method.lower()]
    for _ in range(TRIES):
        body, query = _body(told, schema, facts, draw), _query(told, draw)
        address, sent = endpoint.at(facts), {}
        if endpoint.method != "GET":
            sent = {"data": json.dumps(body), "content_type": "application/json", "headers": {"Idempotency-Key": new_code()}}
        answer = getattr(client, endpoint.method.lower())(address, query_params=query, **sent, **keys["all"])
        assert answer.status_code < 500, f"{address} {query} {json.dumps(body)[:2000]}"
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", f"{address} {query} {json.dumps(body)[:2000]}"


def _query(told: dict, draw: random.Random) -> dict:
    names = [each["name"] for each in told.get("parameters", ()) if each["in"] == "query"]
    asked = draw.sample(names, min(len(names), 2)) if draw.random() < 0.5 else []
    texts = [str(each) for each in SPOILT if isinstance(each, (str, int, float)) and each != "\ud83d"]
    return {name: draw.choice(texts) for name in asked}


def _body(told: dict, schema: dict, facts: dict, draw: random.Random):
    shape = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    right = _right(shape, schema["components"]["schemas"], facts, draw)
    return _spoilt(right, draw) if draw.random() < 0.9 else right


def _right(shape: dict, shapes: dict, facts: dict, draw: random.Random, name="", depth=0):
    """Fill a shape in: real ids where the scene has them, else anything of the kind."""
    while "$ref" in shape or "allOf" in shape or "oneOf" in shape:
        shape = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else (shape.get("allOf") or shape["oneOf"])[0]
    if "enum" in shape:
        return draw.choice(shape["enum"])
    if "properties" in shape and depth < DEEPEST:
        inner = shape["properties"].items()
        return {key: _right(each, shapes, facts, draw, key, depth + 1) for key, each in inner if not each.get("readOnly")}
    if shape.get("type") == "array":
        return [_right(shape.get("items", {}), shapes, facts, draw, name.removesuffix("s"), depth + 1)]
    if shape.get("format") == "uuid":
        return str(facts.get(name, uuid4()))
    return _FORMATS.get(shape.get("format", ""), "GBP" if name == "currency" else _PLAIN.get(shape.get("type", ""), {}))


def _spoilt(right, draw: random.Random):
    """Replace one value, at whatever depth, or leave it out."""
    if not isinstance(right, (dict, list)) or not right:
        return draw.choice(SPOILT)
    copy = json.loads(json.dumps(right))
    node = copy
    while True:
        place = draw.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not (isinstance(node[place], (dict, list)) and node[place] and draw.random() < 0.6):
            break
        node = node[place]
    if isinstance(node, dict) and draw.random() < 0.1:
        del node[place]
    else:
        node[place] = draw.choice(SPOILT)
    return copy
