/* Results as TAP lines, so that the runner counts them like all others. */
let bad = 0;

export function check(truth, text, why = '') {
    console.log(`${truth ? 'ok' : 'not ok'} - ${text}`);
    if (truth) return;
    bad++;
    if (why) console.log(String(why).replace(/^/gm, '#   '));
}

/* A step that throws is a failed check; the ones after it still run. */
export async function step(text, work) {
    try {
        await work();
        check(true, text);
    } catch (error) {
        check(false, text, error.stack ?? error);
    }
}

export function mustBe(truth, why) {
    if (!truth) throw new Error(why);
}

export const finish = () => process.exit(bad ? 1 : 0);
