"""Prices that somebody wrote down themselves: a TOML file with a table for each model."""

import tomllib
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from parlour.errors import BadSetting
from parlour.models.pricing import Price
from parlour.protocol.spending import DOLLAR

SETTING = "PARLOUR_PRICES"

_Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    prompt: _Dollars
    completion: _Dollars
    cached: _Dollars | None = None


_FILE: TypeAdapter[dict[str, _Written]] = TypeAdapter(dict[str, _Written])


def own_prices(file: str) -> dict[str, Price]:
    """The prices in `file`, in US dollars for a million tokens, by "provider/model" or "provider/*"; none for "".

    Raises BadSetting, naming the setting and the place, for a file that cannot be read or understood.
    """
    if not file:
        return {}
    try:
        written = _FILE.validate_python(tomllib.loads(Path(file).read_text("utf-8"), parse_float=Decimal))
    except OSError as error:
        raise BadSetting(f"{SETTING}: {file} cannot be read: {error.strerror}.", setting=SETTING) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSetting(f"{SETTING}: {file}, {where}: {first['msg']}.", setting=SETTING) from error
    except ValueError as error:
        raise BadSetting(f"{SETTING}: {file} is no TOML: {error}.", setting=SETTING) from error
    return {name: _price(name, prices, file) for name, prices in written.items()}


def _price(name: str, written: _Written, file: str) -> Price:
    provider, slash, model = name.partition("/")
    if not (provider and slash and model):
        example = '["openai/gpt-4o-mini"]'
        raise BadSetting(f"{SETTING}: {file}: a model is named as in {example}, not {name!r}.", setting=SETTING)
    cached = written.prompt if written.cached is None else written.cached
    return Price(_billionths(written.prompt), _billionths(cached), _billionths(written.completion))


def _billionths(dollars: Decimal) -> int:
    return int((dollars * DOLLAR).to_integral_value(ROUND_CEILING))
