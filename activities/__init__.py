"""What touches the world: one module for each agency, and one for each service of the centre."""
