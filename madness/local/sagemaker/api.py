"""SageMaker's requests and answers as AWS has them: JSON 1.1, checked against botocore's model both ways.

body -> parse(operation) -> arguments, times as datetime      answer -> encode(operation) -> body, times in seconds
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

TARGET = "SageMaker."
CONTENT_TYPE = "application/x-amz-json-1.1"


class ApiError(Exception):
    """An answer that is no success: the code that clients see, and the text."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def body(self) -> bytes:
        return json.dumps({"__type": self.code, "message": self.message}).encode()


def invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)


@cache
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")


def parse(operation: str, body: bytes) -> dict[str, Any]:
    """The arguments of a call.

    Raises
    ------
    ApiError
        It is no JSON, or not what the operation takes: types, what is required, lengths, patterns, choices.
    """
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError("SerializationException", f"the body is no JSON: {error}") from error
    shape = model().operation_model(operation).input_shape
    assert shape is not None
    arguments = _read(shape, found)
    errors = ParamValidator().validate(arguments, shape)
    if errors.has_errors():
        raise invalid(errors.generate_report())
    broken = list(_broken(shape, arguments, ""))
    if broken:
        some = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        raise invalid(f"{some} detected: {'; '.join(broken)}")
    return arguments


def encode(operation: str, answer: dict[str, Any]) -> bytes:
    """The body of an answer.

    Raises
    ------
    ApiError
        The answer is not what the operation gives: a fault of this program.
    """
    shape = model().operation_model(operation).output_shape
    if shape is None:
        return b""
    errors = ParamValidator().validate(answer, shape)
    if errors.has_errors():
        raise ApiError("InternalFailure", f"{operation} would answer wrongly: {errors.generate_report()}", 500)
    return json.dumps(answer, default=lambda one: one.timestamp()).encode()


def _read(shape: Shape, value: Any) -> Any:
    """A value of JSON as botocore has it: times as datetime."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = shape.members  # type: ignore[attr-defined]
        return {name: _read(members[name], one) if name in members else one for name, one in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_read(shape.member, one) for one in value]  # type: ignore[attr-defined]
    if shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    return value


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What AWS enforces and botocore leaves to it: patterns, choices, greatest lengths and numbers."""
    if shape.type_name == "structure":
        members = shape.members  # type: ignore[attr-defined]
        for name, one in value.items():
            yield from _broken(members[name], one, f"{path}.{name[0].lower()}{name[1:]}".lstrip("."))
    elif shape.type_name == "list":
        yield from _too_long(shape, value, path)
        for place, one in enumerate(value, 1):
            yield from _broken(shape.member, one, f"{path}.{place}.member")  # type: ignore[attr-defined]
    elif shape.type_name == "map":
        yield from _too_long(shape, value, path)
        for key, one in value.items():
            yield from _broken(shape.key, key, f"{path}.{key}.key")  # type: ignore[attr-defined]
            yield from _broken(shape.value, one, f"{path}.{key}.value")  # type: ignore[attr-defined]
    elif shape.type_name == "string":
        choices, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
        if choices and value not in choices:
            yield _said(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")
        if pattern and not _matches(pattern, value):
            yield _said(value, path, f"Member must satisfy regular expression pattern: {pattern}")
        yield from _too_long(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        greatest = shape.metadata.get("max")
        if greatest is not None and value > greatest:
            yield _said(value, path, f"Member must have value less than or equal to {greatest}")


def _too_long(shape: Shape, value: Any, path: str) -> Iterator[str]:
    greatest = shape.metadata.get("max")
    if greatest is not None and len(value) > greatest:
        yield _said(value, path, f"Member must have length less than or equal to {greatest}")


def _said(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(_python(pattern), value) is not None
    except re.error:
        return True  # one that only Java reads: AWS looks at it


def _python(pattern: str) -> str:
    # Letters, spaces and digits of any language, as tags may have them.
    return pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
