"""Counts the needs that the token's holder may see, as a table for a spreadsheet.

    python indicators.py SUBSECTOR STATUS > needs.csv

One or two of DIMENSIONS; a row for each combination that occurs.
"""

import csv
import sys

from vinculo import Vinculo

# What is asked of each dimension, and its columns.
DIMENSIONS = {
    "STATUS": ("status", ["status"]),
    "TYPE": ("type", ["type"]),
    "SUBSECTOR": ("subsector { code label }", ["subsector.code", "subsector.label"]),
    "STATE": ("state { code label }", ["state.code", "state.label"]),
    "CHAMBER": ("chamber { id name }", ["chamber.id", "chamber.name"]),
    "REGION": ("region { id name }", ["region.id", "region.name"]),
}


def value(count: dict, column: str):
    """What a row has in a column; nothing where it is not known."""
    for name in column.split("."):
        count = count and count[name]
    return count


def main(dimensions: list[str]) -> None:
    fields = " ".join(DIMENSIONS[dimension][0] for dimension in dimensions)
    columns = [column for dimension in dimensions for column in DIMENSIONS[dimension][1]]
    counts = Vinculo.from_environment().ask(
        f"query ($by: [NeedDimension!]!) {{ needCounts(by: $by) {{ {fields} count }} }}", by=dimensions
    )["needCounts"]
    table = csv.writer(sys.stdout)
    table.writerow([*columns, "count"])
    rows = ([value(count, column) for column in columns] + [count["count"]] for count in counts)
    table.writerows(sorted(rows, key=lambda row: [str(cell or "") for cell in row]))


if __name__ == "__main__":
    asked = sys.argv[1:]
    if not 1 <= len(asked) <= 2 or not DIMENSIONS.keys() >= set(asked):
        sys.exit(f"{__doc__}\nDIMENSIONS: {', '.join(DIMENSIONS)}")
    main(asked)
