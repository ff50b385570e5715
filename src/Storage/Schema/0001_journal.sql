-- Whose journal this database is: one row. A silo that is pointed at another party's database refuses to start.
CREATE TABLE journal.owner (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    name     text    NOT NULL
);

-- The events. The primary key is the fence: of two writers who both believe that version v is the last, one inserts v + 1.
-- append_id is the same for all entries of one append: after a lost connection the writer recognises its own.
CREATE TABLE journal.entry (
    stream      text COLLATE "C" NOT NULL,
    version     bigint           NOT NULL CHECK (version >= 1),
    type        text             NOT NULL,
    payload     bytea            NOT NULL,
    recorded_at timestamptz      NOT NULL,
    append_id   uuid             NOT NULL,
    PRIMARY KEY (stream, version)
);

-- Listing the streams reads one row of each.
CREATE INDEX entry_first_of_stream ON journal.entry (stream) WHERE version = 1;

CREATE TABLE journal.snapshot (
    stream  text COLLATE "C" PRIMARY KEY,
    version bigint           NOT NULL CHECK (version >= 1),
    type    text             NOT NULL,
    payload bytea            NOT NULL
);

-- Against accidents at a console; whoever owns the database can drop it, and the ledger's witnesses would notice.
CREATE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'journal.entry is append-only: % is refused', TG_OP;
END
$$;

CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal.entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();
