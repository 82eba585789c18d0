"""Who the simulated patients are, what they answer, and what becomes of them."""
