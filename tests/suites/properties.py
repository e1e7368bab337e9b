"""Hooks of schemathesis: from which values operations are made up, who asks them, and what may be
answered. Whoever asks whatever, no answer is our fault."""

import atexit
import json
import os
import random
import re
from collections import Counter
from pathlib import Path

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

GIVEN = json.loads(Path(os.environ["PROPERTIES"]).read_text())

# What a client may be told. INTERNAL and TIMEOUT are missing: they are our fault.
CODES = {
    "BAD_USER_INPUT", "CONFLICT", "COST_LIMIT_EXCEEDED", "DEPTH_LIMIT_EXCEEDED", "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "NOT_FOUND", "UNAUTHENTICATED",
}

IDS = [id for of_kind in GIVEN["ids"].values() for id in of_kind]

# Most ids are of something; `before_call` makes them fit.
scalar("ID", st.one_of(*[st.sampled_from(IDS)] * 9, st.text(max_size=50)).map(nodes.String))
# Small where they count rows, or nothing would be within the cost; and whatever fits.
scalar("Int", st.one_of(*[st.integers(0, 5)] * 9, st.integers(-(2**31), 2**31 - 1)).map(nodes.Int))
scalar("NaiveDate", st.one_of(st.dates().map(str), st.text(max_size=20)).map(nodes.String))
scalar("DateTime", st.one_of(st.datetimes().map(lambda at: f"{at.isoformat()}Z"), st.text(max_size=20)).map(nodes.String))
scalar("Decimal", st.one_of(st.decimals(-(10**12), 10**12, places=2).map(str), st.text(max_size=20)).map(nodes.String))

scalar("JSON", st.text(max_size=20).map(nodes.String))

# After these whoever asks is nobody any more, or has no role: nobody alone asks for them.
LAST = {"Mutation.erasePerson", "Mutation.leaveOrganization"}

# Of which kind an id should be, by a word in the name of its argument, or else of its operation.
KINDS = {
    "need": "need", "offer": "offer", "interest": "interest", "application": "programme", "programme": "programme",
    "agreement": "agreement", "commitment": "agreement", "confidant": "agreement", "project": "project",
    "milestone": "project", "outcome": "project", "funding": "project", "risk": "project", "match": "match",
    "capabilit": "capability", "asset": "asset", "ip": "asset", "search": "search", "client": "client",
    "document": "doc", "organization": "org", "company": "org", "chamber": "org", "ott": "org", "party": "org",
    "partner": "org", "consent": "org", "assessment": "org", "from": "org",
}


def kind_of(name):
    """The kind of record that a name is about."""
    return next((kind for word, kind in KINDS.items() if word in name.lower()), None)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes most ids fit, and versions those that the records have: by chance alone an operation
    would hardly ever come further than its first look at a record."""
    chance = random.Random(case.body)
    record = None

    def fit(found):
        nonlocal record
        name = found[1]
        kind = name if name in GIVEN["ids"] else kind_of(name) or kind_of(case.operation.label)
        fitting = GIVEN["ids"].get(kind)
        chosen = chance.choice(fitting) if fitting and chance.random() < 0.9 else found[2]
        if name == "id":
            record = chosen
        return f'{name}: "{chosen}"'

    body = re.sub(r'\b(\w+): "([a-z]+_[0-9a-f]{32})"', fit, case.body)
    if record in GIVEN["versions"] and chance.random() < 0.9:
        body = re.sub(r"\bexpectedVersion: -?\d+", f"expectedVersion: {GIVEN['versions'][record]}", body)
    case.body = body


session = requests.Session()
carried_out, refused, told = Counter(), Counter(), Counter()


@schemathesis.check
def nothing_is_our_fault(ctx, response, case):
    """Asks the same as everybody, and looks at each answer."""
    operation = case.operation.label
    for viewer, token in GIVEN["tokens"].items():
        if token and operation in LAST:
            continue
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = session.post(GIVEN["url"], json={"query": case.body}, headers=headers, timeout=60)
        what = f"{viewer}: {answer.status_code} {answer.text[:2000]}"
        assert answer.status_code == 200, what
        body = answer.json()
        codes = [error.get("extensions", {}).get("code") for error in body.get("errors", [])]
        assert set(codes) <= CODES, what
        told.update(set(codes))
        data = body.get("data")
        assert data or codes, what
        done = data and any(value is not None for value in data.values())
        (carried_out if done else refused)[operation] += 1


@atexit.register
def tell():
    """Leaves what happened to whoever started this."""
    outcome = {"carriedOut": carried_out, "refused": refused, "codes": told}
    Path(f"{os.environ['PROPERTIES']}.told").write_text(json.dumps(outcome))
