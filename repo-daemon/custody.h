/* Custody law: what may happen to a volume, who may do it, and what follows. ONE table;
 * what is not in it cannot happen.
 *
 *                     receive           offer / accept
 *   expected ──────────────► received ◄─────────────► in-transit ◄──► at-scanning
 *                             ▲  │ shelve / take          ▲  ▲             │ scan-done
 *                             │  ▼                        │  └─────────► scanned
 *                           shelved ◄─────────────────────┼───────────────┘
 *                                          after 归档提示  ▼
 *      at-binding ─ check fails ─► returned-for-supplement ─ scan-done ─► at-binding
 *      at-binding ─ verify ─► verified ─ bind ─► bound ─ archive ─► archived
 *      archived ─ purge (term over, two persons) ─► condemned ─ destroy ─► destroyed
 *
 * In transit the giver still answers for the volume until the receiver has accepted.
 * Everything here is pure: facts and an act in, next state and effects out. The caller
 * writes the event; views follow from the event alone. */
#ifndef REPO_CUSTODY_H
#define REPO_CUSTODY_H

#include "core/rc.h"
#include "repo-daemon/roles.h"
#include "sys/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum volume_state {
    VOL_EXPECTED,
    VOL_RECEIVED,
    VOL_AT_SCANNING,
    VOL_SCANNED,
    VOL_SHELVED,
    VOL_IN_TRANSIT,
    VOL_LENT,
    VOL_RECALLED,
    VOL_AT_BINDING,
    VOL_RETURNED_FOR_SUPPLEMENT,
    VOL_VERIFIED,
    VOL_BOUND,
    VOL_ARCHIVED,
    VOL_SENT_ON_APPEAL,
    VOL_RETURNED_TO_PARTY,
    VOL_MISSING,
    VOL_RELINKED,  /* it goes on under another case number */
    VOL_CONDEMNED, /* its term is over: files gone, the paper waits to be destroyed */
    VOL_DESTROYED,
    VOL_STATES,
    VOL_SAME, /* in the table only: the state does not change */
    VOL_BACK, /* in the table only: the state before the offer, or before it was missed */
};

enum custody_event {
    EV_RECEIVE,
    EV_OFFER,
    EV_ACCEPT,
    EV_DECLINE,
    EV_CANCEL,
    EV_SHELVE,
    EV_TAKE,
    EV_SCAN_DONE,
    EV_QC_PASS,
    EV_QC_REJECT,
    EV_CHECK,
    EV_SUPPLEMENT,
    EV_VERIFY,
    EV_BIND,
    EV_ARCHIVE,
    EV_RECALL,
    EV_LOSE,
    EV_FIND,
    EV_SEND_ON_APPEAL,
    EV_COME_BACK,
    EV_RETURN_TO_PARTY,
    EV_RELINK,
    EV_PURGE,   /* the second person approves its destruction */
    EV_DESTROY, /* the paper, before a witness */
    CUSTODY_EVENTS
};

/* What becomes of custodian, receiver and slot. */
enum custody_effect {
    FX_HOLDER_IS_ACTOR = 1u << 0, /* who did it answers for it now */
    FX_SET_TO = 1u << 1,          /* the named receiver; remembers the state before */
    FX_CLEAR_TO = 1u << 2,
    FX_SET_SLOT = 1u << 3,
    FX_CLEAR_SLOT = 1u << 4,
    FX_NO_HOLDER = 1u << 5,   /* it is out of our hands, with a receipt */
    FX_KEEP_BEFORE = 1u << 6, /* remembers the state before */
};

enum custody_check { CHECK_NONE, CHECK_FAILED, CHECK_PASSED };

/* The volume as far as the law looks at it. */
struct custody_facts {
    enum volume_state state, before; /* before: of the offer or loss */
    unsigned kind;                   /* 1 正卷, 2 副卷 */
    bool has_slot;
    bool has_scans; /* at least one feeding stands */
    bool qc_passed; /* every feeding that stands was passed by a second person */
    bool notice;    /* 归档提示 came for its case */
    bool originals; /* papers that must be kept lie in it, discs or exhibits */
    bool unfed;     /* papers came into it after its last feeding */
    enum custody_check check; /* of the last binding check, if nothing changed since */
};

/* The act, with what the caller looked up. */
struct custody_act {
    enum custody_event event;
    unsigned roles;              /* of the actor; ROLE_RACK for a sensor */
    unsigned to_roles;           /* offer: of the receiver */
    bool is_holder, is_receiver; /* the actor is */
    bool to_self;                /* offer: the receiver is the actor */
    bool scanned_it;             /* the actor fed a sheet of a feeding not yet passed */
    bool checked_it;             /* the actor ran the last binding check */
    bool slot_free;              /* shelve: the named slot is there and free */
    bool operator_holds;         /* scan-done: one of its operators is the holder */
    bool keeper_holds;           /* shelve: the holder is a keeper */
    bool slot_frozen;            /* shelve, take: a stock-take is looking at the slot */
    bool loan_ready;             /* offer, accept: it is the receiver's turn */
    bool supplement;             /* scan-done: a feeding of supplements */
    bool term_over;              /* purge: of the volume, on this day */
    bool held;                   /* a hold (保全) stands on the volume */
    bool proposed;               /* purge: somebody else proposed it, and it stands */
    bool witnessed;              /* destroy: a second person showed badge and PIN */
};

/* The next state and effects. On refusal `why` holds a Chinese sentence that says what is
 * not fulfilled, who may, or in which states it may be done.
 *   RC_REFUSED  not in this state, or a guard says no
 *   RC_DENIED   in this state only people of other roles may */
MUST_USE enum rc custody_next(const struct custody_facts *facts,
                              const struct custody_act *act, enum volume_state *ret_next,
                              unsigned *ret_effects, struct fault *why);

/* Words on the wire ("at-scanning", "scan-done") and on the pages ("扫描中", "扫描完成").
 * The enum value of an unknown word is VOL_STATES or CUSTODY_EVENTS. */
const char *custody_state_name(enum volume_state state);
const char *custody_state_word(enum volume_state state);
enum volume_state custody_state(const char *name);
const char *custody_event_name(enum custody_event event);
const char *custody_event_word(enum custody_event event);
enum custody_event custody_event(const char *name);

/* What a row asks for beyond state and role. */
enum custody_need {
    NEED_HOLDER = 1u << 0,   /* the actor holds it */
    NEED_RECEIVER = 1u << 1, /* the actor is the named receiver */
    NEED_OTHER_RECEIVER = 1u << 2,
    NEED_OPERATOR_HOLDS = 1u << 3,
    NEED_MAIN_VOLUME = 1u << 4, /* 正卷 */
    NEED_NOTICE = 1u << 5,
    NEED_NO_NOTICE = 1u << 6,
    NEED_SUPPLEMENT = 1u << 7,
    NEED_FREE_SLOT = 1u << 8,
    NEED_SLOT = 1u << 9,
    NEED_NO_SLOT = 1u << 10,
    NEED_SCANS = 1u << 11,
    NEED_NO_SCANS = 1u << 12,
    NEED_QC_OPEN = 1u << 13,
    NEED_QC_PASSED = 1u << 14,
    NEED_NOT_SCANNER = 1u << 15,
    NEED_CHECK_FAILED = 1u << 16,
    NEED_CHECK_PASSED = 1u << 17,
    NEED_SECOND_PERSON = 1u << 18, /* neither holder nor who ran the check */
    NEED_NOT_TWICE = 1u << 19,     /* a first feeding only while none stands */
    NEED_LOAN = 1u << 20,   /* the receiver has an approved loan, and it is his turn */
    NEED_THAWED = 1u << 21, /* no stock-take is looking at the slot */
    NEED_KEEPER_HOLDS = 1u << 22,
    NEED_TERM_OVER = 1u << 23,
    NEED_NO_HOLD = 1u << 24,
    NEED_PROPOSAL = 1u << 25,
    NEED_WITNESS = 1u << 26,
    NEED_NO_ORIGINALS = 1u << 27,
    NEED_ALL_FED = 1u << 28,
    NEED_EVERY = (1u << 29) - 1,
};

/* The table itself, for the manual and the tests; NULL behind the last row. */
struct custody_rule {
    enum volume_state from;
    enum custody_event event;
    enum volume_state to;
    unsigned who;      /* roles of the actor */
    unsigned to_roles; /* offer: roles of the receiver; 0: does not matter */
    unsigned before;   /* bits of states before it was under way; 0: any */
    unsigned needs;    /* enum custody_need */
    unsigned effects;  /* enum custody_effect */
};
const struct custody_rule *custody_rule(size_t index);

#endif
