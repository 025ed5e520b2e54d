"""Where it runs: settings, keys, connections, logging, and the embedded servers."""
