"""Landing: both stores, and the parts they are made of."""
