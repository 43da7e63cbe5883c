"""PostgreSQL: the repositories, their SQL, the migrations, and a server to run them on."""
