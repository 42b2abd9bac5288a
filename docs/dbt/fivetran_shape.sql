-- Fivetran's eight Twilio tables as views of this connector's tables, for the dbt package fivetran/twilio.
--
-- The connector's tables are expected in the schema twilio, as Airbyte's destinations write them; the views go to the
-- schema twilio_fivetran, which the package reads with `vars: {twilio_schema: twilio_fivetran}`.
-- What the package takes for text and makes a number of itself is text here too.
--
-- Tested in DuckDB, and meant for PostgreSQL as it stands. Elsewhere change
--   Snowflake: `capabilities:mms::boolean` for `cast(capabilities ->> 'mms' as boolean)`, "FROM" and "TO" in capitals;
--   BigQuery: `bool(capabilities.mms)` likewise, `string` for `varchar`, backticks for quotes;
--   Redshift: `capabilities.mms::boolean` likewise.

create schema if not exists twilio_fivetran;

create or replace view twilio_fivetran.account_history as
select
    sid as id,
    friendly_name,
    owner_account_sid as owner_account_id,
    status,
    type,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.accounts;

create or replace view twilio_fivetran.address as
select
    sid as id,
    account_sid as account_id,
    customer_name,
    friendly_name,
    street,
    city,
    region,
    postal_code,
    iso_country,
    emergency_enabled,
    validated,
    verified,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.addresses;

create or replace view twilio_fivetran.call as
select
    sid as id,
    account_sid as account_id,
    parent_call_sid as parent_call_id,
    group_sid as group_id,
    trunk_sid as trunk_id,
    phone_number_sid as outgoing_caller_id,
    "from",
    from_formatted,
    "to",
    to_formatted,
    forwarded_from,
    caller_name,
    answered_by,
    annotation,
    direction,
    status,
    start_time,
    end_time,
    cast(duration as varchar) as duration,
    cast(queue_time as varchar) as queue_time,
    cast(cast(price as decimal(20, 8)) as varchar) as price,
    price_unit,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.calls;

create or replace view twilio_fivetran.incoming_phone_number as
select
    sid as id,
    account_sid as account_id,
    address_sid as address_id,
    emergency_address_sid as emergency_address_id,
    trunk_sid as trunk_id,
    phone_number,
    friendly_name,
    address_requirements,
    beta,
    cast(capabilities ->> 'mms' as boolean) as capabilities_mms,
    cast(capabilities ->> 'sms' as boolean) as capabilities_sms,
    cast(capabilities ->> 'voice' as boolean) as capabilities_voice,
    emergency_status,
    origin,
    voice_caller_id_lookup,
    voice_url,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.incoming_phone_numbers;

create or replace view twilio_fivetran.message as
select
    sid as id,
    account_sid as account_id,
    messaging_service_sid,
    "from",
    "to",
    body,
    direction,
    status,
    error_code,
    error_message,
    cast(num_media as varchar) as num_media,
    cast(num_segments as varchar) as num_segments,
    cast(cast(price as decimal(20, 8)) as varchar) as price,
    price_unit,
    date_sent,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.messages;

create or replace view twilio_fivetran.messaging_service as
select
    sid as id,
    account_sid as account_id,
    friendly_name,
    usecase,
    inbound_request_url,
    inbound_method,
    fallback_url,
    fallback_method,
    status_callback,
    area_code_geomatch,
    fallback_to_long_code,
    mms_converter,
    scan_message_content,
    smart_encoding,
    sticky_sender,
    synchronous_validation,
    us_app_to_person_registered,
    use_inbound_webhook_on_number,
    validity_period,
    date_created as created_at,
    date_updated as updated_at,
    false as _fivetran_deleted,
    _airbyte_extracted_at as _fivetran_synced
from twilio.messaging_services;

create or replace view twilio_fivetran.outgoing_caller_id as
select
    sid as id,
    phone_number,
    friendly_name,
    date_created as created_at,
    date_updated as updated_at,
    _airbyte_extracted_at as _fivetran_synced
from twilio.outgoing_caller_ids;

-- A row a day and category, as Fivetran has it; as_of is the time of the sync.
create or replace view twilio_fivetran.usage_record as
select
    account_sid as account_id,
    category,
    start_date,
    end_date,
    description,
    cast(count as varchar) as count,
    count_unit,
    cast(cast(usage as decimal(20, 8)) as varchar) as usage,
    usage_unit,
    cast(cast(price as decimal(20, 8)) as varchar) as price,
    price_unit,
    _airbyte_extracted_at as as_of,
    _airbyte_extracted_at as _fivetran_synced
from twilio.usage_records;
