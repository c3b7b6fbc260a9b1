"""Models of Amazon Bedrock. They are asked through botocore, which has connections of its own and works in threads."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.tokens import FrozenAuthToken
from pydantic_ai.models import Model
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider

from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import Access

IN_ADDRESS = re.compile(r"\bbedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com")
DEFAULT_REGION = "us-east-1"


def bedrock_model(access: Access, model: str, limits: Limits) -> Model:
    """The model in its region. Without a key it is asked with what the machine itself has from AWS."""
    session: Any = botocore.session.Session()
    if access.api_key:
        session = _Keyed()
        session.api_key = access.api_key
    config = Config(
        region_name=region_of(access.base_url, access.options),
        connect_timeout=limits.connect_s,
        read_timeout=limits.total_s,
        # Whether to try again is decided where it is known what has been said already.
        retries={"total_max_attempts": 1},
        signature_version="bearer" if access.api_key else None,
    )
    client: Any = session.create_client("bedrock-runtime", endpoint_url=access.base_url, config=config)
    return BedrockConverseModel(model, provider=BedrockProvider(bedrock_client=client))


def region_of(base_url: str, options: Mapping[str, str]) -> str:
    """The region that was chosen, else the one in the address, else the oldest."""
    found = IN_ADDRESS.search(urlsplit(base_url).hostname or "")
    return options.get("region") or (found.group(1) if found else DEFAULT_REGION)


class _Keyed(botocore.session.Session):
    """A session with a key of Bedrock's own, and nothing of what the machine has besides."""

    api_key = ""

    def get_auth_token(self, **_: object) -> FrozenAuthToken:
        return FrozenAuthToken(self.api_key)

    def get_credentials(self) -> None:
        return None
