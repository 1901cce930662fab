"""SOAP: what is sent by a contract, and what is made of the answers."""
