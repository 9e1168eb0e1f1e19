/* A slip of the pen at the counter is put right here: another title, kind or count. The
 * repository decides anew what must be kept, and keeps both events. */
import { html } from 'lit';

import { icon } from '../../web/icons.js';
import { whole } from '../../web/part.js';
import { say } from '../../web/words.js';

const whats = ['paper', 'disc', 'exhibit'];

/* `done` gets {title, what, counted, reason}; `stop` closes the questions. */
export function drawCorrection(line, done, stop) {
    const submit = (event) => {
        event.preventDefault();
        const form = Object.fromEntries(new FormData(event.target));
        done({ ...form, counted: Number(form.counted) });
    };
    return html`<form class="questions" @submit=${submit}>
        <div class="row">
            <div class="field grow"><label for="c-title">${say('line.title')}</label>
                <input id="c-title" name="title" type="text" required maxlength="50" autocomplete="off" .value=${line.title} lang="zh-CN"></div>
            <div class="field"><label for="c-what">${say('line.what')}</label>
                <select id="c-what" name="what">${whats.map((one) => html`<option value=${one} ?selected=${one === line.what}>${say(`what.${one}`)}</option>`)}</select></div>
            <div class="field short"><label for="c-counted">${say('correct.counted')}</label>
                <input id="c-counted" name="counted" type="number" min="0" max="2000" required .value=${String(line.counted)} @focus=${whole}></div>
            <div class="field grow"><label for="c-reason">${say('correct.reason')}</label>
                <input id="c-reason" name="reason" type="text" required maxlength="100" autocomplete="off"></div>
        </div>
        <p class="soft">${say('correct.say')}</p>
        <div class="row"><button class="button main" type="submit">${icon('check')}${say('correct.go')}</button>
            <button class="button quiet" type="button" @click=${stop}>${say('cancel')}</button></div>
    </form>`;
}
