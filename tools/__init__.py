"""Small programs behind the Makefile; nothing that runs in production imports them."""
