"""What tests make for themselves."""
