/* Starting a volume: its label from the reader, the sheets counted by hand, before any
 * paper moves. The count is the promise that the feeder's count is held against. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { cleanLabel, labelKind, spacedLabel } from '../../web/label.js';
import { message, Part, server } from '../../web/part.js';
import { say } from '../../web/words.js';

const SHEETS_MAX = 2000;

class Declare extends Part {
    static properties = {
        last: {}, /* the job that just ended, or nothing */
        label: {}, /* from the reader */
        wrong: { state: true },
    };

    updated(changed) {
        if (!changed.has('label') || !this.label) return;
        this.wrong = false;
        this.querySelector('#volume').value = this.label;
        this.querySelector('#sheets').focus();
    }

    go(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const volume = cleanLabel(form.get('volume'));
        this.wrong = labelKind(volume) !== 'V';
        if (this.wrong) {
            this.querySelector('#volume').focus();
            return;
        }
        this.tell('declare', {
            volume,
            sheets_declared: Number(form.get('sheets')),
            kind: form.get('kind'),
        });
    }

    kind(name, checked) {
        return html`<label class="choice">
            <input type="radio" name="kind" value=${name} ?checked=${checked}>${say(`kind.${name}`)}
        </label>`;
    }

    lastOne() {
        if (!this.last) return nothing;
        const tone = this.last.state === 'done' ? 'good' : 'calm';
        return message(
            tone,
            html`${server(this.last.case_no)} ${say(`job.${this.last.state}`)}`,
            server(this.last.sentence),
        );
    }

    render() {
        return html`<form class="card stage" @submit=${this.go}>
            ${this.lastOne()}
            <h1>${say('new.title')}</h1>
            <p class="do">${say(this.last ? 'new.next' : 'new.say')}</p>
            <div class="field">
                <label for="volume">${say('new.label')}</label>
                <input class="mono" id="volume" name="volume" type="text" required autocomplete="off" spellcheck="false"
                    maxlength="40" aria-describedby=${this.wrong ? 'volume-wrong' : nothing}
                    aria-invalid=${this.wrong ? 'true' : nothing}>
                ${this.wrong
                    ? html`<div id="volume-wrong">${message('bad', say('new.badlabel'), say('new.badlabel.now'))}</div>`
                    : nothing}
            </div>
            <div class="field sheets">
                <label for="sheets">${say('new.sheets')}</label>
                <input id="sheets" name="sheets" type="number" inputmode="numeric" min="1" max=${SHEETS_MAX} required
                    aria-describedby="sheets-help">
                <p class="help" id="sheets-help">${say('new.sheets.help')}</p>
            </div>
            <fieldset class="row">
                <legend class="sr">${say('new.kind')}</legend>
                ${this.kind('first', true)} ${this.kind('supplement', false)}
            </fieldset>
            <button class="button main huge" type="submit">${icon('check')}${say('new.go')}<kbd>Enter</kbd></button>
        </form>`;
    }
}

class Recent extends Part {
    static properties = { jobs: {} };

    one(job) {
        return html`<li>
            <strong lang="zh-CN">${job.case_no || spacedLabel(job.volume)}</strong>
            <span class="soft">${say(`kind.${job.kind ?? 'first'}`)}</span>
            <span>${say('recent.sheets', { n: job.sheets ?? job.sheets_declared })}</span>
            <span class="soft">${say(`job.${job.state}`)}</span>
        </li>`;
    }

    render() {
        return html`<section class="recent" aria-labelledby="recent-title">
            <h2 id="recent-title">${say('recent')}</h2>
            ${this.jobs.length
                ? html`<ul tabindex="0" aria-labelledby="recent-title">${this.jobs.slice(0, 8).map((job) => this.one(job))}</ul>`
                : html`<p class="soft">${say('recent.none')}</p>`}
        </section>`;
    }
}

customElements.define('jk-declare', Declare);
customElements.define('jk-recent', Recent);
