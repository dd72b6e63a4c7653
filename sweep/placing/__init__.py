"""What a sweep trains next where its coefficients are placed as results come."""
