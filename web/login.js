/* The door of both pages: staff number and password, one sentence when it stays shut. */
import { html } from 'lit';

import { icon } from './icons.js';
import { send } from './net.js';
import { languageButton, Part, refusal } from './part.js';
import { say } from './words.js';

class Login extends Part {
    static properties = {
        path: {}, /* where to post {login, password} */
        heading: {}, /* the product */
        where: {}, /* which page this is */
        error: { state: true },
        busy: { state: true },
    };

    async enter(event) {
        event.preventDefault();
        if (this.busy) return;
        const form = new FormData(event.target);
        this.busy = true;
        this.error = undefined;
        try {
            const answer = await send(this.path, {
                login: form.get('login').trim(),
                password: form.get('password'),
            });
            this.tell('signed-in', answer);
        } catch (error) {
            this.error = error;
            this.querySelector('#password').value = '';
            this.querySelector('#password').focus();
        }
        this.busy = false;
    }

    firstUpdated() {
        this.querySelector('#login').focus();
    }

    render() {
        return html`<main class="gate">
            <form class="card" @submit=${this.enter}>
                <div>
                    <h1>${icon('brand')}${this.heading}</h1>
                    <p class="where">${this.where}</p>
                </div>
                <div class="field">
                    <label for="login">${say('login.name')}</label>
                    <input id="login" name="login" type="text" autocomplete="username" required
                        autocapitalize="none" spellcheck="false" maxlength="64">
                </div>
                <div class="field">
                    <label for="password">${say('login.password')}</label>
                    <input id="password" name="password" type="password" maxlength="256"
                        autocomplete="current-password" required>
                </div>
                <div role="alert">${refusal(this.error)}</div>
                <button class="button main" type="submit">
                    ${this.busy ? say('login.busy') : say('login.go')}
                </button>
            </form>
            ${languageButton()}
        </main>`;
    }
}

customElements.define('jk-login', Login);
