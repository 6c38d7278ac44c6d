"""The HTML report: one page, without a network, for reading an article with its sources."""
