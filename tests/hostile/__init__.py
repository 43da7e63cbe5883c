"""What somebody sends who means ill, or does not know what should be kept secret."""
