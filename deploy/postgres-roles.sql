-- Two roles of Postgres 14 and newer for Tallylight's database, with no more rights than they need:
--   tallylight_owner  owns the tables and changes them: for "tallylight migrate" alone
--   tallylight        reads and writes rows: for everything else
-- Run it in that database as a superuser, or as a role with CREATEROLE that owns the database. The database is Tallylight's
-- own: all tables in schema public are taken over, whoever made them. It may be run again. Neither role can log in until
-- it has a password:
--   \password tallylight_owner
--   \password tallylight

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname IN ('tallylight', 'tallylight_owner')
             AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN
    RAISE EXCEPTION 'role tallylight or tallylight_owner is there already, with rights over the whole server: see docs/deploy.md';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallylight_owner') THEN
    CREATE ROLE tallylight_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tallylight') THEN
    CREATE ROLE tallylight LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
END $$;

-- Who runs this must be able to act for the owner.
GRANT tallylight_owner TO CURRENT_USER;

-- Only the two come in. Temporary tables are nobody's.
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO tallylight_owner, tallylight', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tallylight_owner;
GRANT USAGE ON SCHEMA public TO tallylight;

-- The list of migrations as Prisma makes it, before all else: what comes later may be written by "tallylight", this may not.
CREATE TABLE IF NOT EXISTS public._prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0
);

-- Whatever is there belongs to the owner; sequences of columns go with their tables.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'tallylight_owner' LOOP
    EXECUTE format('ALTER TABLE public.%I OWNER TO tallylight_owner', name);
  END LOOP;
END $$;

-- Rows, now and of tables to come; no TRUNCATE, no triggers, no numbers set by hand.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tallylight;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tallylight;
ALTER DEFAULT PRIVILEGES FOR ROLE tallylight_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tallylight;
ALTER DEFAULT PRIVILEGES FOR ROLE tallylight_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO tallylight;
REVOKE ALL ON public._prisma_migrations FROM tallylight;
GRANT SELECT ON public._prisma_migrations TO tallylight;
