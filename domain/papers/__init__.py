"""Papers (文书): which there are, and what stands in each."""
