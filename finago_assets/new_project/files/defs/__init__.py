"""Endpoints and requests of our own, in YAML: `dg scaffold defs finago_assets.FinagoEndpoint NAME` begins one."""
