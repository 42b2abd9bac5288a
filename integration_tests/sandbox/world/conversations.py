"""Two Conversations services, conversations in every state, their messages, receipts and participants."""

from __future__ import annotations

from typing import Any

from .. import times
from .scene import Scene

STREAMS = (
    "services",
    "conversations",
    "conversation_messages",
    "conversation_participants",
    "conversation_message_receipts",
    "conversation_webhooks",
    "users",
    "user_conversations",
    "roles",
    "participant_conversations",
    "conversation_bindings",
)
A_DAY = 1.4
LONG_SINCE = times.seconds("2026-06-01")
WORDS = ("Hello", "Where is my parcel?", "On its way", "Danke schön", "", "👍")


def static(scene: Scene) -> None:
    """Services, users, roles, bindings, and one conversation that goes on for months."""
    if scene.account.status == "closed":
        return
    for n, name in enumerate(("Default Conversations Service", "Second service")[: 2 if scene.main else 1]):
        born = scene.account.created + n * 90 * times.DAY
        service = scene.add("services", n, born, born, friendly_name=name)
        for turn in range(3 if scene.main else 2):
            scene.add(
                "roles",
                f"{n}-{turn}",
                born + turn,
                born + 60,
                chat_service_sid=service["sid"],
                friendly_name=f"role {turn}",
            )
            user = scene.add(
                "users",
                f"{n}-{turn}",
                born + turn * 100,
                born + times.DAY,
                chat_service_sid=service["sid"],
                identity=f"agent-{turn}",
                is_online=turn == 0,
                is_notifiable=None if turn else False,
            )
            scene.add(
                "conversation_bindings",
                f"{n}-{turn}",
                born + turn,
                born + 60,
                chat_service_sid=service["sid"],
                identity=user["identity"],
                endpoint=f"endpoint-{turn}",
            )
    _conversation(scene, "long", max(LONG_SINCE, scene.account.created), scene.chance("long"), 0, endless=True)


def day(scene: Scene, day_: float) -> None:
    """Conversations that begin on a day, and the day's messages of the endless one."""
    if scene.asleep(day_):
        return
    for n, moment in enumerate(scene.moments(day_, scene.some(A_DAY, "conversations", int(day_)), "conversations")):
        rng = scene.chance("conversation", int(day_), n)
        _conversation(scene, f"{int(day_)}-{n}", moment, rng, int(scene.main and rng.random() < 0.2))
    count = 3 if scene.main else 1
    since = int((day_ - LONG_SINCE) // times.DAY) * count
    for n, moment in enumerate(scene.moments(day_, count, "long")):
        conversation = {
            "sid": scene.sid("CH", "conversations", "long"),
            "chat_service_sid": scene.sid("IS", "services", 0),
        }
        _message(
            scene,
            conversation,
            f"long-{int(day_)}-{n}",
            moment + 0.5 * (n == 1),
            since + n,
            scene.chance("long", int(day_), n),
        )


def _conversation(scene: Scene, tag: str, born: float, rng: Any, service: int, endless: bool = False) -> None:
    home = scene.sid("IS", "services", service)
    fate = "active" if endless else rng.choice(("active", "active", "closed", "closed", "closed", "inactive"))
    row = scene.make(
        "conversations",
        tag,
        born,
        born,
        chat_service_sid=home,
        friendly_name=f"Case {tag}",
        state="active",
        unique_name=f"case-{tag}",
        attributes='{"topic": "delivery"}',
        timers={},
    )
    later = []
    if fate != "active":
        end = born + rng.randrange(3600, 5 * times.DAY)
        later = [(end, {"state": fate, "date_updated": times.iso(end)})]
    scene.put("conversations", row, since=born, later=later)
    count = 0 if endless else rng.randrange(1, 6)
    at = born
    for n in range(count):
        at += rng.randrange(5, 30_000)
        _message(scene, row, f"{tag}-{n}", at, n, rng)
    for n in range(2):
        _participant(scene, row, tag, n, born + n, rng, service)
    if rng.random() < 0.1:
        scene.add("conversation_webhooks", tag, born + 1, born + 1, chat_service_sid=home, conversation_sid=row["sid"])


def _message(scene: Scene, conversation: dict[str, Any], tag: str, at: float, index: int, rng: Any) -> None:
    place = {"chat_service_sid": conversation["chat_service_sid"], "conversation_sid": conversation["sid"]}
    row = scene.make(
        "conversation_messages",
        tag,
        at,
        at,
        **place,
        index=index,
        body=rng.choice(WORDS),
        attributes="{}",
        participant_sid=None,
        media=None,
    )
    later = []
    if rng.random() < 0.1:
        edited = at + rng.randrange(60, times.DAY)
        later = [(edited, {"body": "(edited)", "date_updated": times.iso(int(edited))})]
    scene.put("conversation_messages", row, since=at, later=later)
    for n in range(rng.random() < 0.15):
        scene.add(
            "conversation_message_receipts",
            f"{tag}-{n}",
            at + 1,
            at + 2,
            **place,
            message_sid=row["sid"],
            status="delivered",
        )


def _participant(
    scene: Scene, conversation: dict[str, Any], tag: str, n: int, at: float, rng: Any, service: int
) -> None:
    home, turn = conversation["chat_service_sid"], rng.randrange(2)
    identity = f"agent-{turn}" if n == 0 else None
    binding = (
        None
        if identity
        else {"type": "sms", "address": f"+1415555{rng.randrange(10000):04d}", "proxy_address": "+12025550100"}
    )
    row = scene.make(
        "conversation_participants",
        f"{tag}-{n}",
        at,
        at,
        chat_service_sid=home,
        conversation_sid=conversation["sid"],
        identity=identity,
        messaging_binding=binding,
        last_read_message_index=None,
        last_read_timestamp=None,
    )
    scene.put("conversation_participants", row, since=at)
    if identity is None:
        return
    user = scene.sid("US", "users", f"{service}-{turn}")
    common = {"chat_service_sid": home, "conversation_sid": conversation["sid"], "participant_sid": row["sid"]}
    scene.put(
        "user_conversations",
        scene.make("user_conversations", tag, at, at, **common, user_sid=user, unread_messages_count=n),
        since=at,
    )
    scene.put(
        "participant_conversations",
        scene.make(
            "participant_conversations",
            tag,
            at,
            at,
            **common,
            participant_identity=identity,
            participant_user_sid=user,
            conversation_friendly_name=conversation["friendly_name"],
            conversation_unique_name=conversation["unique_name"],
        ),
        since=at,
    )
