#!/usr/bin/env python3
"""Draft the JSON schema of a stream from the published facts of the Twilio API.

    python tools/make_schema.py --facts DIR [--compat FILE] [--out source_twilio/schemas] STREAM...|--all

DIR holds `streams.json`, `endpoints.json` (key `schemas`) and `examples/<stream>.json`; FILE is the list of columns and
types of the earlier public connector, which win over the documented ones so that existing tables keep their types.
A draft is owned by hand from then on: an existing file is left alone unless --force is given.
"""

import argparse
import json
import re
import sys
from pathlib import Path

# The API documents these as text; they are numbers.
NUMERIC_TEXT = {
    "balance": "number", "conversion_rate_percentage": "number", "current_value": "number",
    "price": "number", "trigger_value": "number", "usage": "number", "count": "integer", "duration": "integer",
    "job_queue_position": "integer", "num_media": "integer", "num_segments": "integer", "queue_time": "integer",
}
# Seconds into the recording as text, where the same name is an instant everywhere else.
NUMERIC_TEXT_OF = {"transcript_sentences": dict.fromkeys(("start_time", "end_time", "confidence"), "number")}
# Documented without a format, yet always ISO 8601.
INSTANTS = {("call_insight_events", "timestamp"), ("call_insight_metrics", "timestamp")}
# Objects whose keys the customer or the product chooses: what an example shows is no rule.
FREE_FORM = re.compile(
    r"attributes|bindings|config|config_schema|configuration|context|data|definition|dependencies|details|event_data|"
    r"events|extract_results|hidden_details|integration|json_results|label_probabilities|metadata|metrics|"
    r"outbound_call_flows|parameters|properties|rate_limits|requirements|resource_links|split_by_wait_time|tag_info|"
    r"tasks_by_priority|text_generation_results|translations|types|ui_dependencies|variables|video_layout|"
    r"taskrouter_worker_channels|.*_edge|.*_attributes"
)
DOCUMENTED_ANYWAY = {("wireless_usage_records", "data"), ("wireless_sim_usage_records", "data"),
                     ("conversation_webhooks", "configuration")}
# Volatile on every request, or not fit for a warehouse.
LEFT_OUT = {
    "accounts": {"auth_token"},
    "conversation_bindings": {"endpoint"},
    "event_sinks": {"sink_configuration"},
    "flex_configuration": {"attributes", "crm_attributes", "integrations", "plugin_service_attributes",
                           "ui_attributes"},
    "hosted_number_orders": {"verification_code"},
    "messaging_channel_senders": {"configuration.verification_code"},
    "supersim_esim_profiles": {"activation_code", "matching_id"},
    "verify_factors": {"config"},
}
# What the earlier connector had beyond the facts came from retired versions of these APIs.
RETIRED = {"flows", "roles", "services", "verify_services"}
# The same for every account, hence read once and without an account.
REFERENCE = re.compile(r"^(accounts|available_phone_number.*|.*_pricing_countries|messaging_deactivations|event_types|"
                       r"intelligence_operator_types|regulations|regulatory_.*_types|trusthub_policies|supersim_networks)$")
# Children whose rows name no parent.
PARENT_KEYS = {"transcript_sentences": ["transcript_sid"]} | {
    f"sip_domain_{kind}_mappings": ["domain_sid"]
    for kind in ("credential_list", "registration_credential_list", "ip_access_control_list")
}
ADDED = {
    "account_sid": ("string", "Account that the row was read from (AC…). Added by the connector."),
    "address_sid": ("string", "Address that depends on the number (AD…). Added by the connector."),
    "call_sid": ("string", "Call that the row belongs to (CA…). Added by the connector."),
    "deactivation_date": ("date", "Day of the list that named the number. Added by the connector."),
    "domain_sid": ("string", "SIP domain of the mapping (SD…). Added by the connector."),
    "phone_number": ("string", "Deactivated number in E.164 form; one line of the day's file."),
    "position": ("integer", "Place of the row in the API's answer, from 0. Added by the connector."),
    "transcript_sid": ("string", "Transcript that the sentence belongs to (GT…). Added by the connector."),
    "window_start": ("date-time", "Start of the window that the row sums up, UTC. Added by the connector."),
}
ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
MEASURE = re.compile(r"avg|min|max|total|value|billed|upload|download|mos|.*price|.*percentage|.*score|.*_time|.*_age")
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")


def field(kind, required=False):
    """A property of one JSON type, or of the two date types."""
    form = {"date": {"format": "date"}, "date-time": {"format": "date-time", "airbyte_type": "timestamp_with_timezone"}}
    base = "string" if kind in form else kind
    schema = {"type": base if required else [base, "null"]} | form.get(kind, {})
    return schema | ({"additionalProperties": True} if base == "object" else {})


def from_examples(name, values, depth=0):
    """The shape of an undocumented object or array as far as the examples tell it; None if they tell nothing."""
    values = [v for v in values if v is not None]
    if not values:
        return None
    if all(isinstance(v, dict) for v in values):
        keys = list(dict.fromkeys(k for v in values for k in v))
        schema = field("object")
        if FREE_FORM.fullmatch(name) or depth > 3 or not all(NAME.match(k) for k in keys):
            return schema
        found = {k: from_examples(k, [v.get(k) for v in values], depth + 1) for k in keys}
        return schema | {"properties": {k: s for k, s in found.items() if s}} if any(found.values()) else schema
    if all(isinstance(v, list) for v in values):
        items = from_examples(name, [i for v in values for i in v], depth + 1)
        return field("array") | {"items": items or field("object")}
    if all(isinstance(v, bool) for v in values):
        return field("boolean")
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        whole = all(isinstance(v, int) for v in values) and not MEASURE.fullmatch(name)
        return field("integer" if whole else "number")
    if all(isinstance(v, str) for v in values):
        return field("date-time" if all(ISO.match(v) for v in values) else NUMERIC_TEXT.get(name, "string"))
    return field("object")


def from_compat(fact):
    """The earlier connector's declaration, as a schema."""
    if isinstance(fact, dict):
        return field("object") | {"properties": {k: from_compat(f) for k, f in fact["properties"].items()}}
    kind, _, form = fact.partition(":")
    return field(form or kind) | ({"items": field("object")} if kind == "array" else {})


def from_facts(stream, name, fact, values):
    """The documented property as a schema."""
    kind, form = fact.get("type"), fact.get("format") or ""
    if fact.get("properties"):
        nested = {k: from_facts(stream, k, f, []) for k, f in fact["properties"].items()
                  if f"{name}.{k}" not in LEFT_OUT.get(stream, ())}
        return field("object") | {"properties": nested}
    if kind == "array" and fact.get("items"):
        return field("array") | {"items": from_facts(stream, name, fact["items"], [])}
    if kind in (None, "object", "array"):
        listed = (stream, name) in DOCUMENTED_ANYWAY
        found = from_examples(f"{name}*" if listed else name, values)
        blank = field("array") | {"items": field("object")} if kind == "array" else field("object")
        return found or blank
    if kind == "string":
        if form.startswith("date-time") or (stream, name) in INSTANTS:
            return field("date-time")
        return field("date" if form == "date" else NUMERIC_TEXT_OF.get(stream, NUMERIC_TEXT).get(name, "string"))
    return field("number" if kind == "integer" and name.startswith("avg_") else kind)


def merge(new, old):
    """The documented shape with the types of the earlier connector, and its further nested columns."""
    if "properties" in old and "object" in new["type"]:
        both = dict(new.get("properties", {}))
        for name, schema in old["properties"].items():
            both[name] = merge(both[name], schema) if name in both else schema
        return new | {"properties": both}
    same = new["type"] == old["type"] or new.get("format", "").startswith("date") or "boolean" in new["type"]
    return new if same else old


def records(facts, row):
    """Every record of the documented answers."""
    path = facts / "examples" / f"{row['stream']}.json"
    for body in json.loads(path.read_text()).values() if path.exists() else ():
        listed = body.get(row["data_key"] or "")
        if isinstance(listed, list):
            yield from listed
        elif not (row["data_key"] and ("meta" in body or "page" in body)):
            yield body


def make(facts, row, documented, compat):
    """The schema of one stream: added columns, documented ones in their order, those of the earlier connector."""
    stream, rows = row["stream"], list(records(facts, row))
    usage = stream.startswith("usage_records")
    left_out = LEFT_OUT.get(stream, set()) | ({"as_of"} if usage else set())
    added = row["injected_key"] + PARENT_KEYS.get(stream, [])
    if "account_sid" not in documented and not REFERENCE.match(stream):
        added = ["account_sid", *added]
    properties = {name: field(ADDED[name][0]) | {"description": ADDED[name][1]} for name in added}
    for name, fact in documented.items():
        if name not in left_out:
            properties[name] = from_facts(stream, name, fact, [r.get(name) for r in rows])
    for name, fact in compat.get("usage_records" if usage else stream, {}).get("fields", {}).items():
        if name not in left_out and (name in documented or stream not in RETIRED):
            old = from_compat(fact)
            properties[name] = merge(properties[name], old) if name in properties else old
    for name in {key.split(".")[0] for key in row["primary_key"]}:
        schema, prefix = properties[name], documented.get(name, {}).get("pattern", "")[1:3]
        schema["type"] = schema["type"][0]
        if "description" not in schema:
            owner = noun(name.removesuffix("_sid"))
            text = f"Identifier of the {noun(stream)}" if name == "sid" or row["primary_key"] == [name] else None
            text = text or f"{owner[0].upper()}{owner[1:]} that the row belongs to"
            schema["description"] = f"{text} ({prefix}…)." if prefix.isalpha() else f"{text}."
    return {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": True,
            "properties": properties}


def noun(stream):
    """The stream's name for one row."""
    name = stream.replace("_", " ")
    for many, one in (("sses", "ss"), ("ies", "y"), ("media", "media"), ("s", "")):
        if name.endswith(many):
            name = name[: -len(many)] + one
            break
    return re.sub(r"\b(a2p|byoc|iam|id|ip|sim|sip|us|url)\b", lambda word: word[0].upper(), name)


def render(value, indent=0, used=0):
    """JSON with two spaces an indent; a mapping that holds no other mapping takes one line where it fits in 120."""
    flat = json.dumps(value, ensure_ascii=False)
    nested = isinstance(value, dict) and any(isinstance(v, dict) for v in value.values())
    if not isinstance(value, dict) or not value or (not nested and indent + used + len(flat) < 120):
        return flat
    pad = " " * (indent + 2)
    body = ",\n".join(f"{pad}{json.dumps(k)}: {render(v, indent + 2, len(k) + 4)}" for k, v in value.items())
    return f"{{\n{body}\n{' ' * indent}}}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", required=True, type=Path, help="folder of the facts")
    parser.add_argument("--compat", type=Path, help="columns of the earlier public connector")
    parser.add_argument("--out", type=Path, default=Path("source_twilio/schemas"))
    parser.add_argument("--all", action="store_true", help="every stream of the facts")
    parser.add_argument("--force", action="store_true", help="overwrite existing files, and what was edited in them")
    parser.add_argument("streams", nargs="*", metavar="STREAM")
    args = parser.parse_args()
    known = {row["stream"]: row for row in json.loads((args.facts / "streams.json").read_text())}
    schemas = json.loads((args.facts / "endpoints.json").read_text())["schemas"]
    compat = json.loads(args.compat.read_text()) if args.compat else {}
    wanted = list(known) if args.all else args.streams
    if not wanted or (unknown := [name for name in wanted if name not in known]):
        sys.exit(f"no such stream: {', '.join(unknown)}" if wanted else "name a stream, or give --all")
    args.out.mkdir(parents=True, exist_ok=True)
    kept = 0
    for name in wanted:
        path = args.out / f"{name}.json"
        if path.exists() and not args.force:
            print(f"kept {path}: it exists (--force overwrites)", file=sys.stderr)
            kept += 1
            continue
        schema = make(args.facts, known[name], schemas.get(known[name]["item_schema"] or "", {}), compat)
        path.write_text(render(schema) + "\n", encoding="utf-8")
    sys.exit(bool(kept))


if __name__ == "__main__":
    main()
