"""Brings a chamber's roll of companies into the network: the whole file at once.

    python bring_roll.py roll.csv > report.csv

Columns as in docs/operations.md, "Organizations, our own layout"; INEGI's DENUE download as it is
published will do as well. The same file again changes nothing. The report says what is wrong with
which line. Ends with 0 when all lines came in, 2 when some did not. VINCULO_TOKEN is of an admin of
the chamber, CHAMBER_ADMIN.
"""

import sys
import time

import requests

from vinculo import Vinculo, told

HOUSE = "{ viewer { grants { role organization { id } } } }"

START = """
mutation ($input: BulkImportStartInput!) {
  bulkImportStart(input: $input) { bulkJob { id uploadUrl } userErrors { code field message } }
}
"""

JOB = """
query ($id: ID!) {
  bulkJob(id: $id) { status done created updated unchanged skipped errorMessage url }
}
"""


def main(path: str) -> int:
    service = Vinculo.from_environment()
    grants = service.ask(HOUSE)["viewer"]["grants"]
    chambers = [grant["organization"]["id"] for grant in grants if grant["role"] == "CHAMBER_ADMIN"]
    if not chambers:
        sys.exit("the token is not of an admin of a chamber")
    file = {"what": "ORGANIZATIONS", "organization": chambers[0], "format": "CSV"}
    payload = service.ask(START, input=file)["bulkImportStart"]
    if payload["userErrors"]:
        sys.exit(told(payload["userErrors"]))
    job = payload["bulkJob"]
    with open(path, "rb") as roll:
        # Read piece by piece, however long it is.
        requests.put(service.address(job["uploadUrl"]), data=roll, timeout=60).raise_for_status()
    while True:
        state = service.ask(JOB, id=job["id"])["bulkJob"]
        if state["status"] not in ("QUEUED", "RUNNING"):
            break
        print(f"{state['done']} lines", file=sys.stderr)
        time.sleep(1)
    if state["status"] != "COMPLETED":
        sys.exit(f"{state['status']}: {state['errorMessage']}")
    report = requests.get(service.address(state["url"]), timeout=60)
    report.raise_for_status()
    sys.stdout.buffer.write(report.content)
    counts = ("created", "updated", "unchanged", "skipped")
    print(", ".join(f"{state[count]} {count}" for count in counts), file=sys.stderr)
    return 2 if state["skipped"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
