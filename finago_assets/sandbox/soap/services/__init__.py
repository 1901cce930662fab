"""The operations of the SOAP services: each module answers for one service, and `served` gathers them."""
