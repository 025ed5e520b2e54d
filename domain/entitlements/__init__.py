"""What a worker may ask for by the labour law (劳动待遇): severance, damages, double and unpaid wages."""
