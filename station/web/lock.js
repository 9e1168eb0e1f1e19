/* The place is locked: the same person's password opens it, also while the repository is
 * away; another person signs in instead. Stopping the feeder stays possible. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { send } from '../../web/net.js';
import { Part, refusal, server } from '../../web/part.js';
import { say } from '../../web/words.js';

class Lock extends Part {
    static properties = {
        name: {},
        scanning: { type: Boolean },
        stopKey: {},
        error: { state: true },
    };

    firstUpdated() {
        this.querySelector('dialog').showModal();
        this.querySelector('#unlock').focus();
    }

    async open(event) {
        event.preventDefault();
        try {
            await send('/api/unlock', { password: new FormData(event.target).get('password') });
            this.tell('unlocked');
        } catch (error) {
            if (error.status === 401) this.tell('gone');
            this.error = error;
            this.querySelector('#unlock').value = '';
        }
    }

    render() {
        return html`<dialog class="lock" aria-labelledby="lock-title" @cancel=${(event) => event.preventDefault()}>
            <form @submit=${this.open}>
                <h2 id="lock-title">${icon('person')}${say('lock.title')} ${server(this.name)}</h2>
                <p>${say('lock.say')}</p>
                <div class="field"><label for="unlock">${say('login.password')}</label>
                    <input id="unlock" name="password" type="password" required autocomplete="current-password" maxlength="256"></div>
                <div role="alert">${refusal(this.error)}</div>
                <div class="row">
                    <button class="button main" type="submit">${say('lock.go')}</button>
                    <button class="button" type="button" @click=${() => this.tell('other')}>${say('lock.other')}</button>
                    ${this.scanning
                        ? html`<button class="button stop" type="button" @click=${() => this.tell('stop')}>${icon('stop')}${say('step.stop')}<kbd>${this.stopKey}</kbd></button>`
                        : nothing}
                </div>
            </form>
        </dialog>`;
    }
}

customElements.define('jk-lock', Lock);
