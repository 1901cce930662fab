"""The desk: what `finago-assets look` shows in a browser of the published books. Nothing here writes anything."""
