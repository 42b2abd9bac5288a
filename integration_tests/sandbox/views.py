"""How a row looks beyond what is stored: what switches change, what moves by itself, what is hidden by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import filters, times
from .request import Request, State
from .resources import Resource

FAILED = ("busy", "failed", "no-answer")


def needs_view(resource: Resource, switches: dict[str, Any]) -> bool:
    """Whether rows of a resource are not simply what is stored."""
    name = resource.name
    return (
        name == "tasks"
        or name == "calls"
        and switches["failed_calls"] == "undated"
        or name == "messages"
        and switches["failed_messages"] == "undated"
        or name == "conversations"
        and switches["message_bumps_conversation"]
    )


def view(twilio: State, resource: Resource, row: dict[str, Any], account: str, now: float) -> dict[str, Any]:
    """The row as it looks at an instant under the switches."""
    if not needs_view(resource, twilio.switches):
        return row
    if resource.name == "calls" and row.get("status") in FAILED:
        return {**row, "start_time": None, "end_time": None}
    if resource.name == "messages" and row.get("status") == "failed" and row["date_sent"] == row["date_created"]:
        return {**row, "date_sent": None}
    if resource.name == "tasks":
        return {**row, "age": int(now - filters.when(row, "date_created"))}
    if resource.name == "conversations":
        place = (row["chat_service_sid"], row["sid"])
        messages = twilio.store.table("us1", account, "conversation_messages", place, now)
        newest = max((m.since for m in messages.visible(now)), default=0.0)
        if newest > filters.when(row, "date_updated"):
            return {**row, "date_updated": times.iso(int(newest))}
    return row


def hidden_by_default(request: Request) -> list[Callable[[dict[str, Any]], bool]]:
    """Tests for rows that the API leaves out unless a parameter asks for them."""
    name, query, switches = request.resource.name, request.query, request.switches
    given = {key for key, _ in query}
    if name == "recordings" and not filters.flag(query, "IncludeSoftDeleted"):
        return [lambda row: row.get("status") != "deleted"]
    if name == "video_compositions" and "Status" not in given and switches["deleted_compositions"] == "hidden":
        return [lambda row: row.get("status") != "deleted"]
    if name == "video_room_participants" and "Status" not in given:
        room = request.table("video_rooms", ()).keys.get((request.values["RoomSid"],))
        if room is not None and room.at(request.now).get("status") == "in-progress":
            return [lambda row: row.get("status") == "connected"]
    if switches["undated"] == "hidden":
        if name == "messages":
            return [lambda row: bool(row.get("date_sent"))]
        if name == "calls" and "Status" not in given:
            return [lambda row: bool(row.get("start_time"))]
    if name == "call_summaries":
        state = (filters.first(query, "ProcessingState") or "completed").lower()
        if state == "completed":
            return [lambda row: row.get("processing_state") == "complete"]
        return [] if state == "all" else [lambda row: row.get("processing_state") == state]
    if name == "messaging_channel_senders":
        channel = (filters.first(query, "Channel") or "").lower()
        return [lambda row: str(row.get("sender_id")).partition(":")[0] == channel]
    return []


def redact(request: Request, row: dict[str, Any]) -> dict[str, Any]:
    """Conversational Intelligence shows redacted text unless ``Redacted=false``."""
    if row.get("redacted") and filters.flag(request.query, "Redacted", True):
        return {**row, **row["redacted"]}
    return row
