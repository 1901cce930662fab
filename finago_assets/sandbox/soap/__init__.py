"""The SOAP services of the office: the same books over envelopes, with sessions, drafts, links and an hourly limit.

What a request may hold and what an answer looks like is said by `description/soap.json`; nothing of the client's is
looked at.
"""
