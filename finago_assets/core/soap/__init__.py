"""SOAP over the client of every other API: requests made by a contract, answers read by it, faults told apart."""
