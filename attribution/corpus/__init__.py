"""Many articles: readers, restartable shards, engines and summaries."""
