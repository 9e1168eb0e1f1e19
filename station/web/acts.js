/* What each key and button asks of the station, for the page in sight. Repairs that need a
 * reason first open the question; the answer comes back here. */
import { say } from '../../web/words.js';

const repairs = { redo: 'replace', insert: 'insert', remove: 'remove', place: 'move', rewind: 'rewind', backs: 'backs' };

const decisions = {
    keep: () => ({ do: 'keep-as-page' }),
    blank: () => ({ do: 'set-blank' }),
    turn: () => ({ do: 'rotate', deg: 90 }),
    turnback: () => ({ do: 'rotate', deg: 270 }),
    again: () => ({ do: 'read-again' }),
    mended: () => ({ do: 'mended' }),
    right: () => ({ do: 'right' }),
    row: ({ row }) => ({ do: 'move', row }),
    title: (_, page) => page.proposal && { do: 'confirm-title', row: page.proposal.row, text: page.proposal.text },
};

/* {path, body, good} for an action on a page, or nothing when it means nothing there.
 * `given`: reason, to, row, from the question. */
export function requestFor(act, job, page, given = {}) {
    if (act === 'undo') {
        const edited = page?.edited && !job.repair?.waits;
        return edited
            ? { path: `/api/images/${page.index}`, body: { do: 'undo' }, good: say('fix.undone') }
            : { path: '/api/job/repair', body: { do: 'undo' }, good: say('fix.undone') };
    }
    if (act === 'backsall')
        return job.by_hand && { path: '/api/job/repair', body: { do: 'backs', reason: given.reason ?? say('fix.reason') } };
    if (!page) return undefined;
    if (act === 'backs' && !job.by_hand) return undefined;
    if (repairs[act]) {
        const body = { do: repairs[act], index: page.index, reason: given.reason ?? say('fix.reason') };
        if (act === 'insert') body.index = page.index; /* in front of the sheet in sight */
        if (act === 'place') body.to = given.to;
        return { path: '/api/job/repair', body };
    }
    const body = decisions[act]?.(given, page);
    return body && { path: `/api/images/${page.index}`, body, good: say('fix.done') };
}
