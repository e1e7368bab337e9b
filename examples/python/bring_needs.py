"""Brings a chamber's roll of needs into the network: drafts each line, for one of its members.

    python bring_needs.py needs.csv > report.csv

Columns: `company` (its name, as the network knows it), `title`, `summary`, and whatever else of
COLUMNS. A line that cannot be taken loses nothing but itself; the report says what became of each.
Ends with 0 when all lines came in, 2 when some did not. VINCULO_TOKEN is of somebody who writes for
the chamber's members: CHAMBER_LIAISON, as a person or as a machine with WRITE_NEEDS.
"""

import csv
import sys

from vinculo import Vinculo, told

HOUSE = "{ viewer { grants { role organization { id } } } }"

COMPANY = """
query ($chamber: ID!, $name: String!) {
  organizations(filter: { chamber: $chamber, kind: [COMPANY], text: $name }, first: 2) { nodes { id name } }
}
"""

DRAFT = """
mutation ($input: DraftNeedInput!) {
  draftNeed(input: $input) { need { id folio } userErrors { code field message } }
}
"""


def spanish(text: str) -> dict:
    return {"es": text}


# What a column becomes in the input of a draft.
COLUMNS = {
    "title": ("title", spanish),
    "summary": ("summary", spanish),
    "description": ("description", spanish),
    "technical_specification": ("technicalSpecification", spanish),
    "partner_role": ("partnerRole", spanish),
    "scian": ("scian", str.split),
    "trl_min": ("acceptedTrlMin", int),
    "trl_max": ("acceptedTrlMax", int),
}


def bring(service: Vinculo, chamber: str, line: dict) -> tuple[str, str]:
    """Drafts one line: its folio, or nothing and what is wrong with it."""
    found = service.ask(COMPANY, chamber=chamber, name=line["company"])["organizations"]["nodes"]
    if len(found) != 1:
        return "", f"company: {'several' if found else 'no'} members of the chamber are called so"
    need = {"company": found[0]["id"], "chamber": chamber}
    for column, (field, convert) in COLUMNS.items():
        if line.get(column):
            try:
                need[field] = convert(line[column])
            except ValueError:
                return "", f"{column}: is not a number"
    payload = service.ask(DRAFT, input=need)["draftNeed"]
    if payload["userErrors"]:
        return "", told(payload["userErrors"])
    return payload["need"]["folio"], ""


def main(path: str) -> int:
    service = Vinculo.from_environment()
    grants = service.ask(HOUSE)["viewer"]["grants"]
    chambers = [grant["organization"]["id"] for grant in grants if grant["role"] == "CHAMBER_LIAISON"]
    if not chambers:
        sys.exit("the token is not of a liaison of a chamber")
    report = csv.writer(sys.stdout)
    report.writerow(["line", "folio", "problem"])
    refused = 0
    with open(path, newline="", encoding="utf-8") as roll:
        for number, line in enumerate(csv.DictReader(roll), start=2):
            folio, problem = bring(service, chambers[0], line)
            report.writerow([number, folio, problem])
            refused += bool(problem)
    return 2 if refused else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
