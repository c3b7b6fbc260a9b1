"""The form that an answer has to have: JSON and nothing else, of any shape or of the one that a schema describes."""

from dataclasses import dataclass

import orjson
from pydantic import JsonValue

from parlour.protocol.content import Json

ONLY_JSON = "Answer with one JSON object and nothing else."
FITTING = "Answer with JSON and nothing else, no words and no fence around it. It has to fit this JSON schema:"


@dataclass(frozen=True, slots=True)
class JsonForm:
    """Without a schema any object will do."""

    schema: Json | None = None
    name: str = "answer"
    """What it is called: a provider may want to know."""
    description: str = ""
    is_strict: bool = False
    """Whether a provider that can is to hold its model to the schema to the letter."""

    @property
    def words(self) -> str:
        """What a model is told that is not held to it by its provider."""
        if self.schema is None:
            return ONLY_JSON
        about = f"{self.description}\n" if self.description else ""
        return f"{FITTING}\n{about}{orjson.dumps(self.schema).decode()}"

    def as_json(self) -> Json:
        """As it is kept; see `of`."""
        return {
            "schema": self.schema,
            "name": self.name,
            "description": self.description,
            "is_strict": self.is_strict,
        }

    @staticmethod
    def of(kept: JsonValue) -> "JsonForm | None":
        """What `as_json` gave; None for anything else."""
        match kept:
            case {
                "schema": dict() | None as schema,
                "name": str(name),
                "description": str(description),
                "is_strict": bool(is_strict),
            }:
                return JsonForm(schema, name, description, is_strict)
            case _:
                return None
