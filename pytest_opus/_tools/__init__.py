"""Tool definitions: read in every form, checked before and while they are used."""
