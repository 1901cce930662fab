"""The AccountService of Finago Office and its neighbours, over SOAP."""
