"""`GET /v1/health`: whether the process answers; needs no key and touches nothing."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from playground.versions import PLAYGROUND

router = APIRouter()


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = Field(default=PLAYGROUND, description="Version of the playground")


@router.get("/v1/health", tags=["Server"], summary="Health", operation_id="health", openapi_extra={"security": []})
async def health() -> Health:
    """Answers as long as the process lives. Needs no API key."""
    return Health()
