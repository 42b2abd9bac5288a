"""Messages in every state, and their media."""

from __future__ import annotations

from typing import Any

from .. import times
from .scene import Scene

STREAMS = ("messages", "message_media")
A_DAY = 42
KINDS = (
    ("delivered", 58),
    ("received", 20),
    ("undelivered", 4),
    ("failed", 3),
    ("sent", 3),
    ("scheduled", 5),
    ("canceled", 2),
    ("accepted", 2),
    ("queued", 2),
    ("redacted", 1),
)
NAMES, WEIGHTS = [name for name, _ in KINDS], [weight for _, weight in KINDS]
TEXTS = ("Your code is 493201", "Running ten minutes late", "Thank you for your order", "STOP", "Grüße aus Köln 🎉", "")


def static(scene: Scene) -> None:
    """Nothing stands still here."""


def day(scene: Scene, day_: float) -> None:
    """The messages created on a day. Scheduled ones are sent up to 35 days later."""
    if scene.asleep(day_):
        return
    count = A_DAY if scene.main else 3 if scene.scale > 0.2 else 1
    for n, moment in enumerate(scene.moments(day_, count, "messages")):
        rng = scene.chance("message", int(day_), n)
        _message(scene, f"{int(day_)}-{n}", moment, rng.choices(NAMES, WEIGHTS)[0], rng)


def _message(scene: Scene, tag: str, born: int, kind: str, rng: Any) -> None:
    inbound, media = kind == "received", rng.randrange(1, 4) if rng.random() < 0.025 else 0
    prefix = "MM" if media else "SM"
    sid = scene.sid(prefix, "messages", tag)
    uri = f"/2010-04-01/Accounts/{scene.account.sid}/Messages/{sid}"
    service = scene.sid("MG", "messaging_services", 0) if rng.random() < 0.4 and not inbound else None
    row = {
        "account_sid": scene.account.sid,
        "api_version": "2010-04-01",
        "body": rng.choice(TEXTS),
        "date_created": times.rfc(born),
        "date_sent": None,
        "date_updated": times.rfc(born),
        "direction": "inbound" if inbound else "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if service else f"+1202555{rng.randrange(10000):04d}",
        "messaging_service_sid": service,
        "num_media": str(media),
        "num_segments": "0" if service else "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "accepted" if service else "queued",
        "to": f"+1415555{rng.randrange(10000):04d}",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
    }
    if rng.random() < 0.02:
        row["rcs_fallback"] = {"reason": "handset", "attempts": 1}  # a column nobody has documented
    later = _life(row, born, kind, rng, service)
    scene.put("messages", row, since=born, later=later)
    gone = born + 400 * times.DAY
    for n in range(media):
        scene.put(
            "message_media",
            scene.make(
                "message_media",
                f"{tag}-{n}",
                born + n,
                born + n,
                parent_sid=sid,
                uri=f"{uri}/Media/{scene.sid('ME', 'message_media', f'{tag}-{n}')}.json",
            ),
            since=born,
            until=gone,
        )


def _life(
    row: dict[str, Any], born: int, kind: str, rng: Any, service: str | None
) -> list[tuple[float, dict[str, Any]]]:
    """What happens to a message after its creation."""
    if kind in ("queued", "accepted"):  # stuck, never sent
        row["status"] = kind
        return []
    if kind == "canceled":
        row.update(status="scheduled")
        end = born + rng.randrange(600, 2 * times.DAY)
        return [(end, {"status": "canceled", "date_updated": times.rfc(end)})]
    if kind == "failed" and rng.random() < 0.6:  # failed at once; date_sent is there and equals date_created: recorded
        row.update(status="failed", error_code=21610, error_message="Attempt to send to unsubscribed recipient")
        row["date_sent"] = row["date_created"]
        return []
    sent = born if kind == "received" else born + rng.randrange(1, 40)
    if kind == "scheduled":
        row["status"] = "scheduled"
        sent = born + rng.choice((900, times.DAY, 3 * times.DAY, 20 * times.DAY, 35 * times.DAY))
    changes: dict[str, Any] = {
        "date_sent": times.rfc(sent),
        "date_updated": times.rfc(sent),
        "status": "received" if kind == "received" else "sent",
        "num_segments": str(1 + (len(row["body"]) > 20)),
        "from": row["from"] or "+12025550100",
    }
    if kind == "received":
        row.update(changes)
        life: list[tuple[float, dict[str, Any]]] = []
    else:
        life = [(sent, changes)]
    if kind in ("delivered", "scheduled", "redacted", "undelivered", "failed"):
        done = sent + rng.randrange(1, 30)
        final = {"undelivered": "undelivered", "failed": "failed"}.get(kind, "delivered")
        error = {"error_code": 30005, "error_message": "Unknown destination handset"} if final != "delivered" else {}
        life.append((done, {"status": final, "date_updated": times.rfc(done), **error}))
    if kind == "redacted":
        life.append((sent + 3600, {"body": ""}))
    if kind == "failed":  # without a price
        return life
    priced = sent + rng.randrange(300, 6 * 3600)
    life.append((priced, {"price": f"-{0.0075 * int(changes['num_segments']):.5f}"}))
    return life
