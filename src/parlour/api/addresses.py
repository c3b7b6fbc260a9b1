"""Addresses that an admin enters."""

from parlour.errors import InvalidRequest
from parlour.models.offers import address_of, shown


def plain_address(text: str) -> str:
    """The address as it is kept. Raises InvalidRequest for one that is none, or that holds more than an address."""
    try:
        address = address_of(text)
    except ValueError as error:
        raise InvalidRequest(f"The address {error}") from error
    if shown(address) != address or "?" in address or "#" in address:
        raise InvalidRequest("The address has to be a plain one: no name or password in it, no ? and no #.")
    return address
