"""The yardstick of `rest`: the same two requests as a careful service with FastAPI and asyncpg answers them."""

import os
import uuid
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from hashlib import sha256
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel

# The token and the membership are checked in one round trip.
CALLER = """
SELECT users.id AS user_id, tenants.id AS tenant_id, memberships.permissions
FROM sessions
JOIN users ON users.id = sessions.user_id AND users.is_active
JOIN tenants ON tenants.name = $2 AND tenants.is_active
JOIN memberships ON memberships.tenant_id = tenants.id AND memberships.user_id = users.id
WHERE sessions.token_digest = $1 AND sessions.expires_at > now()
"""
READ = """
SELECT id, tenant_id, status, revision, data::TEXT, created_by, created_at
FROM offers WHERE tenant_id = $1 AND id = $2
"""
CREATE = """
INSERT INTO offers (id, tenant_id, status, revision, data, created_by, created_at)
VALUES ($1, $2, 'draft', 1, $3::TEXT::JSONB, $4, $5)
"""
RECORD = """
INSERT INTO audit (id, tenant_id, user_id, action, subject_id, new_data, request_id, created_at)
VALUES ($1, $2, $3, 'offer.create', $4, $5::TEXT::JSONB, $6, $7)
"""


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(
        host=os.environ["PGHOST"], user="postgres", database="fastapi", min_size=8, max_size=8
    )
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, openapi_url=None)


class Draft(BaseModel):
    data: dict[str, Any]


async def connection(request: Request):
    async with request.app.state.pool.acquire() as held:
        yield held


Connection = Annotated[asyncpg.Connection, Depends(connection)]


def may(permission: str):
    """Who asks, where they hold the permission in the tenant of the path."""

    async def caller(tenant: str, held: Connection, authorization: Annotated[str, Header()] = ""):
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(401)
        row = await held.fetchrow(CALLER, sha256(token.encode()).digest(), tenant)
        if row is None:
            raise HTTPException(401)
        if permission not in row["permissions"]:
            raise HTTPException(403)
        return row

    return Depends(caller)


def shown(offer: dict[str, Any], status: int) -> Response:
    # The ids of asyncpg are of a class of its own.
    return Response(orjson.dumps(offer, default=str), status, {"etag": f'"{offer["revision"]}"'}, "application/json")


@app.get("/v1/tenants/{tenant}/offers/{offer}")
async def read(offer: uuid.UUID, held: Connection, caller: Annotated[asyncpg.Record, may("offer.read")]):
    row = await held.fetchrow(READ, caller["tenant_id"], offer)
    if row is None:
        raise HTTPException(404)
    return shown(dict(row) | {"data": orjson.Fragment(row["data"])}, 200)


@app.post("/v1/tenants/{tenant}/offers")
async def create(
    draft: Draft,
    held: Connection,
    caller: Annotated[asyncpg.Record, may("offer.create")],
    x_request_id: Annotated[str | None, Header()] = None,
):
    offer, now = uuid.uuid4(), datetime.now(timezone.utc)
    tenant, user, data = caller["tenant_id"], caller["user_id"], orjson.dumps(draft.data).decode()
    made = {
        "id": offer, "tenant_id": tenant, "status": "draft", "revision": 1, "data": draft.data, "created_by": user,
        "created_at": now,
    }
    async with held.transaction():
        await held.execute(CREATE, offer, tenant, data, user, now)
        await held.execute(
            RECORD, uuid.uuid4(), tenant, user, offer, orjson.dumps(made, default=str).decode(), x_request_id, now
        )
    return shown(made, 201)
