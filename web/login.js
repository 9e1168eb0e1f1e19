/* The door of both pages: staff number and password, one sentence when it stays shut. */
import { html, nothing } from 'lit';

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
        coded: { state: true }, /* a field for the one-time code is shown */
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
                ...(form.get('code')?.trim() ? { code: form.get('code').trim() } : {}),
            });
            this.tell('signed-in', answer);
        } catch (error) {
            this.error = error;
            this.coded ||= error.status === 401;
            await this.updateComplete;
            this.again(error.code === 'code');
        }
        this.busy = false;
    }

    /* The password was right when only the code is missing: it stays. */
    again(onlyCode) {
        const code = this.querySelector('#code');
        const field = onlyCode && code ? code : this.querySelector('#password');
        if (code) code.value = '';
        field.value = '';
        field.focus();
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
                ${this.coded
                    ? html`<div class="field">
                          <label for="code">${say('login.code')}</label>
                          <input id="code" name="code" type="text" autocomplete="one-time-code" maxlength="32"
                              autocapitalize="none" spellcheck="false" aria-describedby="code-say">
                          <p id="code-say" class="soft">${say('login.code.say')}</p>
                      </div>`
                    : nothing}
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
