"""What `bench/bulk` asks of a running service; Python's own library alone."""

import json
import os
import sys
import time
import urllib.request
from datetime import datetime

at, server, analyst, admin, chamber, lines, folder = sys.argv[1:]
lines = int(lines)

JOB = "id status done roots created skipped sizeBytes errorMessage uploadUrl url"


def ask(token, query, variables):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps({"query": query, "variables": variables}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{at}/graphql", body, headers)) as answer:
        answer = json.load(answer)
    if "errors" in answer:
        sys.exit(json.dumps(answer["errors"]))
    return answer["data"]


def memory(what):
    """Resident memory of the service in MB: now (`VmRSS`), or at most (`VmHWM`)."""
    with open(f"/proc/{server}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what)) // 1024


def begin(token, verb, kind, given):
    query = f"mutation($input: {kind}!) {{ {verb}(input: $input) {{ bulkJob {{ {JOB} }} userErrors {{ code field message }} }} }}"
    begun = ask(token, query, {"input": given})[verb]
    if begun["userErrors"]:
        sys.exit(json.dumps(begun["userErrors"]))
    return begun["bulkJob"]


def ended(token, job):
    """The job when it has ended, and the seconds from its start; both as its record tells."""
    query = f"query($id: ID!) {{ bulkJob(id: $id) {{ {JOB} startedAt finishedAt }} }}"
    while True:
        now = ask(token, query, {"id": job["id"]})["bulkJob"]
        if now["status"] not in ("QUEUED", "RUNNING", "WAITING"):
            break
        time.sleep(0.2)
    if now["status"] != "COMPLETED":
        sys.exit(json.dumps(now))
    took = datetime.fromisoformat(now["finishedAt"]) - datetime.fromisoformat(now["startedAt"])
    return now, took.total_seconds()


def row(what, count, size, seconds):
    now, most = memory("VmRSS"), memory("VmHWM")
    print(f"| {what} | {count:,} | {size / 1e6:,.1f} | {seconds:,.1f} | {count / max(seconds, 0.001):,.0f} | {now} | {most} |", flush=True)


print("| what | objects or lines | MB | seconds | a second | resident MB after it | at most until then |")
print("|---|---:|---:|---:|---:|---:|---:|")
row("the service listens", 0, 0, 0)
for name, query, format in [
    ("organizations as CSV", "{ organizations { nodes { id name kind sizeClass state { code } scian { code } } } }", "CSV"),
    ("needs with their timelines as JSON Lines", "{ needs { nodes { id folio title summary status chamber { name } timeline { nodes { kind at } } } } }", "JSONL"),
]:
    job, seconds = ended(analyst, begin(analyst, "bulkExportStart", "BulkExportStartInput", {"query": query, "format": format}))
    row(name, job["done"], job["sizeBytes"], seconds)

roll = f"{folder}/roll.csv"
with open(roll, "w") as file:
    file.write("externalId,legalName,kind,tradeName,workers,annualSalesMdp,scian,stateCode,municipality,postalCode,address,website,telephone,marks\n")
    filler = "Calle de la Medición (inventada) número 1, colonia de los Renglones Largos, entre la Primera y la Segunda de Prueba, junto al Parque Generado; entrada por atrás, segundo piso, preguntar por Compras. "
    for line in range(lines):
        file.write(
            f'L-{line:08},"Empresa de Medición {line} (inventada), S.A. de C.V.",COMPANY,"Medición {line}",{line % 240 + 1},{line % 900}.5,326110,22,22014,76{line % 1000:03},"{filler}{line}",https://medicion-{line}.example,44255{line % 100000:05},"Medición {line}"\n'
        )
size = os.path.getsize(roll)
job = begin(admin, "bulkImportStart", "BulkImportStartInput", {"what": "ORGANIZATIONS", "organization": chamber, "format": "CSV"})
begun = time.monotonic()
with open(roll, "rb") as file:
    sent = urllib.request.Request(job["uploadUrl"], file, {"content-length": str(size)}, method="PUT")
    with urllib.request.urlopen(sent) as answer:
        assert answer.status == 204, answer.status
row("the file comes in", lines, size, time.monotonic() - begun)
job, seconds = ended(admin, job)
assert job["created"] + job["skipped"] == lines, job
row("and is imported", lines, size, seconds)
