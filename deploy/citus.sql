-- Distributes what grows with the fans over many PostgreSQL servers, by fan. Run once on the
-- coordinator, on an upgraded and still empty database, with the extension `citus` installed.
--
-- Every key of these two tables has the fan in it, as each part of a distributed table can only
-- watch over its own rows; and every statement on a message's way names the fan, so that it goes
-- to one server (tests/deploy/test_citus.py). What people work with, agents, labels, audits, texts
-- to send, stays on the coordinator: nine people do not need a cluster.

BEGIN;

-- A local table cannot refer to a distributed one.
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conrelid::regclass AS place, conname FROM pg_constraint
    WHERE contype = 'f' AND confrelid IN ('message'::regclass, 'conversation'::regclass)
       OR contype = 'f' AND conrelid IN ('message'::regclass, 'conversation'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname);
  END LOOP;
END $$;

ALTER TABLE message DROP CONSTRAINT pk_message, ADD CONSTRAINT pk_message PRIMARY KEY (fan, id);
ALTER TABLE conversation
  DROP CONSTRAINT pk_conversation, ADD CONSTRAINT pk_conversation PRIMARY KEY (fan, id);

SELECT create_distributed_table('conversation', 'fan');
SELECT create_distributed_table('message', 'fan', colocate_with => 'conversation');

COMMIT;
