-- The rights of the role that serves the pages (HAILONG_DATABASE_URL, here hailong_app), given by the role that owns the
-- tables (HAILONG_OWNER_DATABASE_URL). Run it after each `hailong init`: psql -f docs/postgresql-roles.sql
-- What citizens sent, what was decided, noted, released, frozen or published can be added to, and neither changed nor
-- deleted.
GRANT USAGE ON SCHEMA public TO hailong_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hailong_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hailong_app;
REVOKE UPDATE, DELETE ON response, response_extra, leader_response, spent_nonce, audit_event,
    set_aside_request, set_aside_decision, set_aside_response, questionnaire_version, score_rule_version,
    frozen_dossier_count, frozen_paper, score_verification, published_result, published_unit,
    index_structure, index_publication, index_published_unit FROM hailong_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM hailong_app;
-- The months of the table of responses are reached through that table only.
DO $$
DECLARE month regclass;
BEGIN
    FOR month IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'response'::regclass LOOP
        EXECUTE format('REVOKE ALL ON %s FROM hailong_app', month);
    END LOOP;
END $$;
-- A used one-time code must leave nothing in the file, not even a deleted row: the open ones move to a new file.
GRANT TRUNCATE ON open_ticket TO hailong_app;
