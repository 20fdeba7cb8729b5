"""The library of programme definitions and their reader."""
