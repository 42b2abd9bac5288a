"""Where the names of Twilio's Python library are not those of the API's paths."""

from __future__ import annotations

SPELLED = {  # where the library's names are not those of the path; () stands for a parameter of the path
    "user_conversations": "conversations.v1.services().users().user_conversations",
    "conversation_message_receipts": "conversations.v1.services().conversations().messages().delivery_receipts",
    "conversation_address_configurations": "conversations.v1.address_configurations",
    "iam_keys": "iam.v1.get_api_keys",
    "bulk_export_jobs": "bulkexports.v1.exports().export_custom_jobs",
    "event_types": "events.v1.event_types",
    "flex_flows": "flex_api.v1.flex_flow",
    "flex_web_channels": "flex_api.v1.web_channel",
    "flex_channels": "flex_api.v1.channel",
    "flex_plugins": "flex_api.v1.plugins",
    "flex_plugin_versions": "flex_api.v1.plugins().plugin_versions",
    "flex_plugin_configurations": "flex_api.v1.plugin_configurations",
    "flex_plugin_releases": "flex_api.v1.plugin_releases",
    "flex_interaction_channels": "flex_api.v1.interaction().channels",
    "call_summaries": "insights.v1.call_summaries",
    "call_insight_events": "insights.v1.calls().events",
    "call_insight_metrics": "insights.v1.calls().metrics",
    "call_annotations": "insights.v1.calls().annotation",
    "conference_participant_summaries": "insights.v1.conferences().conference_participants",
    "video_room_summaries": "insights.v1.rooms",
    "video_participant_summaries": "insights.v1.rooms().participants",
    "intelligence_operator_types": "intelligence.v2.operator_type",
    "short_codes": "api.v2010.accounts().short_codes",
    "us_a2p_brand_registrations": "messaging.v1.brand_registrations",
    "us_a2p_brand_vettings": "messaging.v1.brand_registrations().brand_vettings",
    "us_a2p_campaigns": "messaging.v1.services().us_app_to_person",
    "trunking_pricing_countries": "pricing.v2.countries",
    "tollfree_verifications": "messaging.v1.tollfree_verifications",
    "messaging_channel_senders": "messaging.v2.channels_senders",
    "bundle_copies": "numbers.v2.regulatory_compliance.bundles().bundle_copies",
    "port_in_requests": "numbers.v1.porting_all_port_ins",
    "hosted_number_orders": "numbers.v2.hosted_number_orders",
    "short_code_applications": "numbers.v2.applications",
    "hosted_number_authorization_documents": "numbers.v2.authorization_documents",
    "serverless_function_versions": "serverless.v1.services().functions().function_versions",
    "serverless_asset_versions": "serverless.v1.services().assets().asset_versions",
    "sync_lists": "sync.v1.services().sync_lists",
    "sync_list_items": "sync.v1.services().sync_lists().sync_list_items",
    "sync_maps": "sync.v1.services().sync_maps",
    "sync_map_items": "sync.v1.services().sync_maps().sync_map_items",
    "sync_streams": "sync.v1.services().sync_streams",
    "worker_channels": "taskrouter.v1.workspaces().workers().worker_channels",
    "trunk_credential_lists": "trunking.v1.trunks().credentials_lists",
    "verification_attempts": "verify.v2.verification_attempts",
    "verification_attempts_summary": "verify.v2.verification_attempts_summary",
    "content_templates": "content.v1.content_and_approvals",
    **{
        f"{kind[:-1]}_{part}": f"trusthub.v1.{kind}().{kind}_{name}"
        for kind in ("customer_profiles", "trust_products")
        for part, name in (
            ("channel_endpoint_assignments", "channel_endpoint_assignment"),
            ("entity_assignments", "entity_assignments"),
            ("evaluations", "evaluations"),
        )
    },
}
NOT_LISTED = {
    "messaging_deactivations": "a redirect to a file",
    "port_in_requests": "the library cannot read its envelope",
    "short_code_applications": "the library cannot read its envelope",
}
