"""How anything is written: units, the one writer, and the feed that reads them back."""
