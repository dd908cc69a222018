-- For docker-compose.yml, after postgres-roles.sql, when its volume is new. The network keeps others out, not these passwords.
ALTER ROLE tallylight_owner PASSWORD 'tallylight_owner';
ALTER ROLE tallylight PASSWORD 'tallylight';
-- Without a password the superuser cannot come in over the network: docker compose exec postgres psql -U postgres tallylight
ALTER ROLE CURRENT_USER PASSWORD NULL;
