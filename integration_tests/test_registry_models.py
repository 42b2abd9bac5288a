"""metadata.yaml against the models that Airbyte's registry publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from airbyte_cdk.models.connector_metadata import MetadataFile
from airbyte_connector_models.metadata.v0.connector_metadata_definition_v0 import ConnectorMetadataDefinitionV0
from pydantic import ValidationError

from integration_tests.helpers import ROOT, VERSION

METADATA = ROOT / "metadata.yaml"


def metadata() -> dict[str, Any]:
    """The file's content."""
    content: dict[str, Any] = yaml.safe_load(METADATA.read_text(encoding="utf-8"))
    return content


def test_valid() -> None:
    data = ConnectorMetadataDefinitionV0.model_validate(metadata()).data
    assert data.docker_image_tag == VERSION
    assert str(data.definition_id) == "b9dc6155-672e-42ea-b10d-9f1f1fb95ab1"
    assert data.connector_type.value == "source"
    assert data.releases and {"1.0.0", "2.0.0"} <= set(data.releases.breaking_changes or {})


def test_what_the_models_would_refuse() -> None:
    """They refuse what they do not know, so the test above says something."""
    content = metadata()
    content["data"]["allowed_hosts"] = []
    with pytest.raises(ValidationError, match="allowed_hosts"):
        ConnectorMetadataDefinitionV0.model_validate(content)


def test_nothing_is_lost_on_the_way_to_the_registry() -> None:
    """The registry stores the models' JSON form: every key of the file is in it."""
    stored = ConnectorMetadataDefinitionV0.model_validate(metadata()).model_dump_json(by_alias=True, exclude_unset=True)
    assert json.loads(stored) == json.loads(json.dumps(metadata(), default=str))


def test_the_cdk_reads_it_too() -> None:
    """`airbyte-cdk image build` and `airbyte-cdk connector test` take image, base and language from here."""
    data = MetadataFile.from_file(METADATA).data
    assert data.language.value == "python"
    assert data.connectorBuildOptions and data.connectorBuildOptions.baseImage
    assert data.suggestedStreams and data.suggestedStreams.streams
