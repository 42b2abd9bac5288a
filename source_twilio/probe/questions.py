"""All questions, in the order in which they are asked: what matters most first, what sums up the others last."""

from __future__ import annotations

from source_twilio.probe import (
    accounts,
    bounds,
    defaults,
    messages,
    order,
    paging,
    products,
    recorded,
    retention,
    undated,
    wire,
)

QUESTIONS = (
    *paging.FIRST,
    *undated.QUESTIONS,
    *bounds.QUESTIONS,
    *messages.QUESTIONS,
    *order.QUESTIONS,
    *accounts.QUESTIONS,
    *defaults.QUESTIONS,
    *paging.QUESTIONS,
    *recorded.QUESTIONS,
    *products.QUESTIONS,
    *retention.QUESTIONS,
    *paging.LAST,
    *accounts.LAST,
    *wire.QUESTIONS,
)
