"""The hold aggregate."""
