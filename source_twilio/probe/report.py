"""The report: a Markdown table that can be pasted into an issue, and the same as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from source_twilio.probe.findings import NO, UNKNOWN, Finding, Question
from source_twilio.probe.session import Session

SID = re.compile(r"\b([A-Z]{2})[0-9a-fA-F]{32}\b")
DISTRIBUTION = "source-twilio-complete"  # as pyproject.toml names it
NUMBER = re.compile(r"\+?\d{7,}")
COLUMNS = ("Question", "The connector assumes", "Where", "As assumed?", "What Twilio did")


@dataclass(frozen=True)
class Report:
    """What a run of the probe found. results: each question with its finding."""

    session: Session
    results: list[tuple[Question, Finding]]

    @property
    def wrong(self) -> list[str]:
        """The names of the questions whose assumption does not hold."""
        return [question.name for question, finding in self.results if finding.answer == NO]

    def data(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        session = self.session
        return {
            "connector": version(DISTRIBUTION),
            "region": session.region,
            "credentials": session.kind,
            "requests": session.budget.sent,
            "most_requests": session.budget.most,
            "seconds": round(session.budget.spent),
            "wrong": self.wrong,
            "questions": [
                {
                    "name": question.name,
                    "question": question.text,
                    "assumes": question.assumes,
                    "where": session.declared.show(question.where),
                    "answer": finding.answer,
                    "twilio": clean(finding.detail, session.config),
                }
                for question, finding in self.results
            ],
        }

    def lines(self) -> Iterable[str]:
        """The report as Markdown."""
        data = self.data()
        yield (f"source-twilio {data['connector']}, Region {data['region']}, signed in with {data['credentials']}: "
               f"{data['requests']} of at most {data['most_requests']} requests in {data['seconds']} s")
        yield ""
        yield _line(COLUMNS)
        yield _line(["---"] * len(COLUMNS))
        for row in data["questions"]:
            yield _line([row[name] for name in ("question", "assumes", "where", "answer", "twilio")])
        yield ""
        unknown = sum(row["answer"] == UNKNOWN for row in data["questions"])
        yield f"{len(data['questions'])} questions, {unknown} of which this account could not tell."
        if not self.wrong:
            yield "No assumption is wrong."
        for row in data["questions"]:
            if row["answer"] == NO:
                yield (f"WRONG: {row['name']}: {row['question']} {row['twilio']}. Assumed: {row['assumes']} "
                       f"({row['where']})")


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def clean(text: str, config: Mapping[str, Any]) -> str:
    """A text without secrets of the configuration, SIDs and long numbers, wherever it came from."""
    credentials = config.get("credentials")
    for name, secret in credentials.items() if isinstance(credentials, Mapping) else ():
        if name != "auth_type" and secret:
            text = text.replace(str(secret), "…")
    return NUMBER.sub("…", SID.sub(r"\1…", text))
