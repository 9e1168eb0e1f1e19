/* One thread, one descriptor in its hand at most. The thread is made with the first file,
 * as a store that is only read needs none. */
#include "repo-daemon/flush_hand.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct flush_hand {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    pthread_t thread;
    bool runs, ends;
    int fd; /* to be flushed; -1: none */
    int result;
};

static int flush(int fd)
{
    return fsync(fd) ? errno : 0;
}

static void *work(void *context)
{
    struct flush_hand *hand = context;
    pthread_mutex_lock(&hand->lock);
    while (!hand->ends) {
        int fd = hand->fd;
        if (fd < 0) {
            pthread_cond_wait(&hand->turn, &hand->lock);
            continue;
        }
        pthread_mutex_unlock(&hand->lock);
        int result = flush(fd);
        pthread_mutex_lock(&hand->lock);
        hand->result = result;
        hand->fd = -1;
        pthread_cond_broadcast(&hand->turn);
    }
    pthread_mutex_unlock(&hand->lock);
    return NULL;
}

struct flush_hand *flush_hand_new(void)
{
    struct flush_hand *hand = calloc(1, sizeof *hand);
    if (!hand || pthread_mutex_init(&hand->lock, NULL) ||
        pthread_cond_init(&hand->turn, NULL))
        abort();
    hand->fd = -1;
    return hand;
}

void flush_hand_free(struct flush_hand *hand)
{
    if (!hand)
        return;
    pthread_mutex_lock(&hand->lock);
    hand->ends = true;
    pthread_cond_broadcast(&hand->turn);
    pthread_mutex_unlock(&hand->lock);
    if (hand->runs)
        (void)pthread_join(hand->thread, NULL);
    (void)pthread_cond_destroy(&hand->turn);
    (void)pthread_mutex_destroy(&hand->lock);
    free(hand);
}

void flush_hand_give(struct flush_hand *hand, int fd)
{
    if (!hand->runs)
        hand->runs = !pthread_create(&hand->thread, NULL, work, hand);
    if (!hand->runs) {
        hand->result = flush(fd);
        return;
    }
    pthread_mutex_lock(&hand->lock);
    hand->fd = fd;
    pthread_cond_broadcast(&hand->turn);
    pthread_mutex_unlock(&hand->lock);
}

int flush_hand_wait(struct flush_hand *hand)
{
    pthread_mutex_lock(&hand->lock);
    while (hand->fd >= 0)
        pthread_cond_wait(&hand->turn, &hand->lock);
    int result = hand->result;
    pthread_mutex_unlock(&hand->lock);
    return result;
}
