/* The two-sided hand-over of one volume, as the repository and two people's devices play
 * it over a network that loses and repeats messages, with crashes on every side.
 *
 * Two people, each with a device that keeps its commands until they are answered and
 * sends them again with the same id, also after a crash. The repository takes a command
 * when its id is new and the volume has the version that the command expects (the event,
 * the new version and the id are one transaction, so a crash of the repository loses
 * messages, never half a command); an id that it knows is answered as before.
 *
 *   offer    the holder names a receiver; the volume is in transit
 *   accept   the receiver takes it
 *   cancel   the giver takes it back;  decline: the receiver sends it back
 *
 * Built with -DNO_VERSION or -DNO_ID the repository does not check that; then the claims
 * below must fail, which shows that they can.
 *
 * What is claimed:
 *   - at every moment exactly one person answers for the volume, never the one that it is
 *     offered to; it passes to another only by his own accept, and only of the offer that
 *     he saw (seen): until then the giver answers;
 *   - no command takes effect twice, and the version counts the effects;
 *   - "done" is told of what was done, "refused" of what was not and never will be. */

#define PEOPLE 2
#define COMMANDS 4 /* each person gives at most so many */
#define NOBODY 255

mtype = { OFFER, ACCEPT, CANCEL, DECLINE, DONE, REFUSED };

/* The repository's durable state: changed in one step, so never half. */
byte holder = 0;       /* who answers for the volume */
byte to = NOBODY;      /* whom it is offered to */
byte version = 1;
bool known[PEOPLE * COMMANDS];    /* ids that took effect */
byte effects[PEOPLE * COMMANDS];  /* how often each id did: never more than once */
byte effects_all = 0;
byte offers = 0;       /* how many offers there were: no part of the protocol, only of the
                          claim that an accept is of the offer that was seen */

/* The network: what is in it may be taken, lost or taken and left. */
chan to_repo = [3] of { byte, mtype, byte, byte, byte }; /* id, what, person, version, seen */
chan to_device[PEOPLE] = [2] of { byte, mtype };    /* id, answer */

#define ID(p, n) ((p) * COMMANDS + (n))

inline take_effect(id, what, who, seen) {
    if
    :: what == OFFER && holder == who && to == NOBODY -> to = 1 - who; offers++; ok = true
    :: what == ACCEPT && to == who -> assert(seen == offers); holder = who; to = NOBODY; ok = true
    :: what == CANCEL && holder == who && to != NOBODY -> to = NOBODY; ok = true
    :: what == DECLINE && to == who -> to = NOBODY; ok = true
    :: else -> skip
    fi;
    if
    :: ok ->
        known[id] = true;
        effects[id]++;
        assert(effects[id] == 1);
        effects_all++;
        version++
    :: else -> skip
    fi
}

active proctype repository() {
    byte id, who, expected, seen;
    mtype what;
    bool ok;
end:
    do
    :: atomic {
        if
        :: to_repo ? id, what, who, expected, seen        /* taken out */
        :: to_repo ? <id, what, who, expected, seen>      /* taken, and comes again */
        fi;
        ok = false;
        if
#ifndef NO_ID
        :: known[id] -> ok = true                    /* answered as before */
#endif
        :: else ->
            if
#ifndef NO_VERSION
            :: expected != version -> skip           /* refused */
#endif
            :: else -> take_effect(id, what, who, seen)
            fi
        fi;
        if                                           /* the answer may be lost, or we crash
                                                        with it unsent */
        :: nfull(to_device[who]) && ok -> to_device[who] ! id, DONE
        :: nfull(to_device[who]) && !ok -> to_device[who] ! id, REFUSED
        :: skip
        fi;
        id = 0; what = 0; who = 0; expected = 0; seen = 0; ok = false
       }
    :: atomic { to_repo ? id, what, who, expected, seen ->
                id = 0; what = 0; who = 0; expected = 0; seen = 0 } /* lost */
    od
}

/* A person with a device. `n`, `what` and `expected` are what the device keeps over a
 * crash; what it looks at on the screen is the state as it was when it looked. */
proctype person(byte me) {
    byte n = 0, expected = 0, seen = 0, id;
    mtype what, answer;
    bool waiting = false;
end:
    do
    :: atomic { !waiting && n < COMMANDS && (holder == me || to == me) -> /* look, command */
        expected = version;
        seen = offers;
        if
        :: holder == me && to == NOBODY -> what = OFFER
        :: to == me -> what = ACCEPT
        :: to == me -> what = DECLINE
        :: holder == me && to != NOBODY -> what = CANCEL
        fi;
        waiting = true
       }
    :: atomic { waiting && nfull(to_repo) ->         /* send, or send again: after a time-out
                                                        or a crash of the device */
        to_repo ! ID(me, n), what, me, expected, seen
       }
    :: atomic { to_device[me] ? id, answer ->
        if
        :: waiting && id == ID(me, n) ->
            assert((answer == DONE) == known[id]);
            waiting = false;
            n++
        :: else -> skip                              /* an answer that came late, or twice */
        fi;
        id = 0; answer = 0
       }
    :: atomic { to_device[me] ? id, answer -> id = 0; answer = 0 } /* lost; the device crashed */
    od
}

/* Holds in every state. */
active proctype monitor() {
end:
    !(holder < PEOPLE && to != holder && effects_all + 1 == version) -> assert(false)
}

init {
    atomic { run person(0); run person(1) }
}
