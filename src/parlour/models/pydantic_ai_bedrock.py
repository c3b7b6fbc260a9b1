"""Models of Amazon Bedrock. They are asked through botocore, which has connections of its own and works in threads."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
from botocore.tokens import FrozenAuthToken
from pydantic_ai import RunContext
from pydantic_ai.exceptions import ModelAuthenticationError, ModelRequestRejectedError
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider
from pydantic_ai.settings import ModelSettings

from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import Access

IN_ADDRESS = re.compile(r"\bbedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com")
DEFAULT_REGION = "us-east-1"


def bedrock_model(access: Access, model: str, limits: Limits) -> Model:
    """The model in its region.

    The key is one of Bedrock's own, or an access key and its secret with a colon between them; without one the model
    is asked with what the machine itself has from AWS: whether it may be, is to be known before.
    """
    access_key, colon, secret = access.api_key.partition(":")
    bearer = "" if colon else access_key
    session: Any = _Bearing() if bearer else botocore.session.Session()
    if bearer:
        session.token = bearer
    elif colon:
        session.set_credentials(access_key, secret)
    config = Config(
        region_name=region_of(access.base_url, access.options),
        connect_timeout=limits.connect_s,
        read_timeout=limits.total_s,
        # Whether to try again is decided where it is known what has been said already.
        retries={"total_max_attempts": 1},
        # Said for either key: where nothing is said, a token in the environment would go in its place.
        signature_version="bearer" if bearer else "v4" if colon else None,
    )
    client: Any = session.create_client("bedrock-runtime", endpoint_url=access.base_url, config=config)
    return _BedrockModel(model, provider=BedrockProvider(bedrock_client=client))


def region_of(base_url: str, options: Mapping[str, str]) -> str:
    """The region that was chosen, else the one in the address, else the oldest."""
    found = IN_ADDRESS.search(urlsplit(base_url).hostname or "")
    return options.get("region") or (found.group(1) if found else DEFAULT_REGION)


class _BedrockModel(BedrockConverseModel):
    """The same, with names for what goes wrong before anything is sent."""

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        stream = super().request_stream(messages, model_settings, model_request_parameters, run_context)
        try:
            async with stream as response:
                yield response
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise ModelAuthenticationError(self.model_name, str(error)) from error
        except BotoCoreError as error:
            raise ModelRequestRejectedError(self.model_name, str(error)) from error


class _Bearing(botocore.session.Session):
    """A session with a key of Bedrock's own, and nothing of what the machine has besides."""

    token = ""

    def get_auth_token(self, **_: object) -> FrozenAuthToken:
        return FrozenAuthToken(self.token)

    def get_credentials(self) -> None:
        return None
