"""The road that most users take: web server, daemon and code server as real processes."""
