"""JSON Schema of tools: the only package that imports `jsonschema`."""
