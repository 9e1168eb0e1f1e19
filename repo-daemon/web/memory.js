/* What a person has gathered and not yet sent (a trolley's load, a count half done) stays
 * over a look at another page and a reload, in this window only. */
const prefix = 'juanku.';

export function recall(name) {
    try {
        return JSON.parse(sessionStorage.getItem(prefix + name)) ?? undefined;
    } catch {
        return undefined; /* a browser that keeps nothing */
    }
}

export function remember(name, value) {
    try {
        if (value === undefined) sessionStorage.removeItem(prefix + name);
        else sessionStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
        /* then it is gone with the page */
    }
}
