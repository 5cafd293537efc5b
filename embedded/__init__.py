"""PostgreSQL, Redis, processes and browser assets for a machine that has nothing; knows neither Django nor our rooms."""
