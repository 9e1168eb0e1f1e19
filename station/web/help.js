/* All keys and cards on one sheet; a key is changed here, for everybody at this station. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { message, Part } from '../../web/part.js';
import { say } from '../../web/words.js';
import { conflict, keyGroups, keyName, usualKeys } from './keymap.js';

const cards = ['C01', 'C02', 'C03', 'C04', 'C05', 'V', 'T'];

class Help extends Part {
    static properties = {
        keys: {},
        open: { type: Boolean },
        waits: { state: true }, /* action whose new key is being pressed */
        wrong: { state: true },
    };

    updated(changed) {
        if (!changed.has('open')) return;
        const dialog = this.querySelector('dialog');
        if (this.open && !dialog.open) dialog.showModal();
        if (!this.open && dialog.open) dialog.close();
    }

    closed() {
        this.waits = this.wrong = undefined;
        this.tell('closed');
    }

    press(event) {
        if (!this.waits) return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === 'Escape') {
            this.waits = this.wrong = undefined;
            return;
        }
        const name = keyName(event);
        if (!name) return;
        const taken = conflict(this.keys, this.waits, name);
        if (taken) {
            this.wrong = { key: name, taken };
            return;
        }
        this.tell('rekey', { ...this.keys, [this.waits]: name });
        this.waits = this.wrong = undefined;
    }

    line(act) {
        const waiting = this.waits === act;
        return html`<div><dt>${say(`key.${act}`)}</dt>
            <dd><button class="button quiet ${waiting ? 'waits' : ''}" type="button"
                @click=${() => Object.assign(this, { waits: act, wrong: undefined })}>
                <span class="sr">${say('help.change', { what: say(`key.${act}`) })}</span> ${waiting ? say('help.press') : html`<kbd>${this.keys[act]}</kbd>`}</button></dd></div>`;
    }

    clash() {
        if (!this.wrong) return nothing;
        const { key, taken } = this.wrong;
        const why = taken === 'reader' || taken === 'browser' ? say(`help.${taken}`) : say('help.taken', { what: say(`key.${taken}`) });
        return message('bad', html`<kbd>${key}</kbd> ${why}`, say('help.other'));
    }

    render() {
        return html`<dialog class="help" aria-labelledby="help-title" @close=${this.closed} @keydown=${this.press}>
            <div class="row head"><h2 id="help-title">${say('help.title')}</h2>
                <button class="button quiet far" type="button" @click=${() => this.tell('rekey', usualKeys)}>${say('help.usual')}</button>
                <button class="button" type="button" @click=${() => this.querySelector('dialog').close()}>${say('close')} <kbd>Esc</kbd></button></div>
            <div role="alert">${this.clash()}</div>
            <div class="sheets-of-keys">
                ${keyGroups.map(([name, acts]) => html`<section><h3>${say(`help.${name}`)}</h3><dl>${acts.map((act) => this.line(act))}</dl></section>`)}
                <section><h3>${say('help.cards')}</h3><dl>${cards.map((card) => html`<div><dt>${say(`card.${card}`)}</dt>
                    <dd>${icon('scan')}<b class="mono">${card}</b></dd></div>`)}</dl></section>
            </div>
        </dialog>`;
    }
}

customElements.define('jk-help', Help);
