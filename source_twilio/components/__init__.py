"""What the manifest's custom components do; `docs/core.md` tells how a slice becomes records and state."""
