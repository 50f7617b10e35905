"""Reading over the web: addresses and fetching, then listings (feeds, sitemaps, OPML), then pages, then sources."""
