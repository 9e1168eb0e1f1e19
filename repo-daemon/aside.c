#include "repo-daemon/aside.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct aside {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    pthread_t thread;
    bool runs, ends;
    aside_work *given; /* NULL: none */
    void *context;
};

static void *run(void *context)
{
    struct aside *a = context;
    pthread_mutex_lock(&a->lock);
    while (!a->ends || a->given) {
        if (!a->given) {
            pthread_cond_wait(&a->turn, &a->lock);
            continue;
        }
        pthread_mutex_unlock(&a->lock);
        a->given(a->context);
        pthread_mutex_lock(&a->lock);
        a->given = NULL;
        pthread_cond_broadcast(&a->turn);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

struct aside *aside_new(void)
{
    struct aside *a = calloc(1, sizeof *a);
    if (!a || pthread_mutex_init(&a->lock, NULL) || pthread_cond_init(&a->turn, NULL))
        abort();
    return a;
}

void aside_free(struct aside *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->ends = true;
    pthread_cond_broadcast(&a->turn);
    pthread_mutex_unlock(&a->lock);
    if (a->runs)
        (void)pthread_join(a->thread, NULL);
    (void)pthread_cond_destroy(&a->turn);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

void aside_give(struct aside *a, aside_work *work, void *context)
{
    if (!a->runs)
        a->runs = !pthread_create(&a->thread, NULL, run, a);
    if (!a->runs) {
        work(context);
        return;
    }
    pthread_mutex_lock(&a->lock);
    a->given = work;
    a->context = context;
    pthread_cond_broadcast(&a->turn);
    pthread_mutex_unlock(&a->lock);
}

void aside_wait(struct aside *a)
{
    pthread_mutex_lock(&a->lock);
    while (a->given)
        pthread_cond_wait(&a->turn, &a->lock);
    pthread_mutex_unlock(&a->lock);
}
