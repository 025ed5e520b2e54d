"""Papers as documents: templates that the centre may edit in a word processor, and what fills them in."""
