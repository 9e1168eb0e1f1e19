-- What a custody command would be if PostgreSQL kept it: with what the ledger promises,
-- in the same transaction. A row in "event" has its canonical text, its number without
-- gaps (so from a row, as a sequence leaves gaps behind what was rolled back), its leaf
-- hash and the head of the chain behind it; "command" knows each id once; "volume" is
-- changed only from the version and state that the caller saw. Less than ours all the
-- same: a chain in place of a tree, one index over who holds, no sums, no answers.
create table head (court text primary key, size bigint not null, root bytea not null) with (fillfactor = 10);
create table event (seq bigint primary key, body text not null, leaf bytea not null);
create table event_volume (volume text, seq bigint, primary key (volume, seq));
create table command (id uuid primary key, seq bigint not null);
create table volume (label text primary key, version bigint not null, state text not null, holder text not null,
    receiver text not null, slot text not null, updated bigint not null) with (fillfactor = 50);
create index on volume (holder);
insert into head values ('440399', 0, sha256(''));

-- The number is given as late as can be, as its row is the one that all wait for.
create function append(p_id uuid, p_volume text, p_expected bigint, p_event text, p_by text, p_from text, p_to text,
    p_holder text, p_receiver text, p_data text) returns bigint language plpgsql as $$
declare
    at_ms constant bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
    number bigint;
    spelled text;
    leaf_hash bytea;
begin
    select seq into number from command where id = p_id;
    if found then return number; end if;
    if p_expected = 0 then
        insert into volume values (p_volume, 1, p_to, p_holder, p_receiver, '', at_ms);
    else
        update volume set version = version + 1, state = p_to, holder = coalesce(p_holder, holder),
            receiver = coalesce(p_receiver, receiver), updated = at_ms
            where label = p_volume and version = p_expected and state = p_from;
        if not found then raise exception 'conflict on %', p_volume; end if;
    end if;
    update head set size = size + 1 where court = '440399' returning size into number;
    spelled := format('{"at":%s,"by":"%s","court":"440399","data":%s,"event":"%s","id":"%s","seq":%s,"v":1,"volumes":[{"from":"%s","to":"%s","version":%s,"volume":"%s"}]}',
        at_ms, p_by, p_data, p_event, replace(p_id::text, '-', ''), number, p_from, p_to, p_expected + 1, p_volume);
    leaf_hash := sha256('\x00'::bytea || convert_to(spelled, 'UTF8'));
    update head set root = sha256('\x01'::bytea || root || leaf_hash) where court = '440399';
    insert into event values (number, spelled, leaf_hash);
    insert into event_volume values (p_volume, number);
    insert into command values (p_id, number);
    return number;
end $$;

-- The same life as tests/bench/repo_make.h gives a volume: ten events, each client its own
-- volumes, one after the other.
create function life(client int, step int) returns bigint language plpgsql as $$
declare
    k constant int := step % 10 + 1;
    states constant text[] := array['', 'expected', 'received', 'in-transit', 'received', 'in-transit', 'received',
        'in-transit', 'received', 'in-transit', 'received'];
begin
    return append(md5(client || '/' || step)::uuid, 'V44039920260301' || lpad((client * 10000 + step / 10)::text, 6, '0') || '10013',
        k - 1, (array['register', 'receive', 'offer', 'accept', 'offer', 'accept', 'offer', 'accept', 'offer', 'accept'])[k],
        'P0000000197', states[k], states[k + 1],
        (array['', 'P0000000197', null, 'P0000000288', null, 'P0000000379', null, 'P0000000197', null, 'P0000000288'])[k],
        (array['', null, 'P0000000288', '', 'P0000000379', '', 'P0000000197', '', 'P0000000288', ''])[k],
        (array['{"notice":0,"sheets":100}', '{"holder":"P0000000197","sheets":100}', '{"to":"P0000000288"}',
               '{"holder":"P0000000288","to":""}', '{"to":"P0000000379"}', '{"holder":"P0000000379","to":""}',
               '{"to":"P0000000197"}', '{"holder":"P0000000197","to":""}', '{"to":"P0000000288"}',
               '{"holder":"P0000000288","to":""}'])[k]);
end $$;

-- The best shape that was found for many clients: the row of numbers is let go before the
-- flush, and a second commit, which flushes the log up to itself and so the first as well,
-- is what the client waits for. Many clients then share a flush, as in a group of ours.
create procedure life_shared(client int, step int) language plpgsql as $$
begin
    set local synchronous_commit = off;
    perform life(client, step);
    commit;
    perform pg_logical_emit_message(true, '', '');
end $$;

-- Not a peer, only beside it: two inserts that promise nothing but themselves.
create table bare_event (seq bigserial primary key, body text);
create table bare_volume (volume int primary key, version int);
