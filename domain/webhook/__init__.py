"""Where organizers want to be told what happens, and what became of telling them."""
