"""The service as a script sees it: an answer, or why there is none."""

import os
import sys
from urllib.parse import urljoin

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport


class Vinculo:
    """Asks the service at `url` with a token."""

    def __init__(self, url: str, token: str):
        transport = RequestsHTTPTransport(
            url=url,
            headers={"authorization": f"Bearer {token}"},
            # Too much at once: nothing was done, and `Retry-After` says when to come back.
            retries=5,
            retry_status_forcelist=[429, 503],
            timeout=30,
        )
        self._url = url
        self._client = Client(transport=transport)

    @classmethod
    def from_environment(cls) -> "Vinculo":
        """The service that VINCULO_URL and VINCULO_TOKEN name."""
        try:
            return cls(os.environ["VINCULO_URL"], os.environ["VINCULO_TOKEN"])
        except KeyError as missing:
            sys.exit(f"{missing.args[0]} is not set")

    def address(self, link: str) -> str:
        """Where a link of an answer leads: a service that was not told its own address leaves it out."""
        return urljoin(self._url, link)

    def ask(self, operation: str, **variables) -> dict:
        """The data of an answer. What is refused ends the script with its code."""
        try:
            return self._client.execute(gql(operation), variable_values=variables)
        except TransportQueryError as refused:
            first = refused.errors[0]
            sys.exit(f"{first['extensions']['code']}: {first['message']}")


def told(errors: list[dict]) -> str:
    """`userErrors` as a person reads them."""
    return "; ".join(f"{'.'.join(error['field'] or [])} {error['code']}: {error['message']}" for error in errors)
