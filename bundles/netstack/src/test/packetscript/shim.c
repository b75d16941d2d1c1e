/*
 * Lets packetdrill play its scripts against a stack that lives in another process, in virtual time.
 *
 * packetdrill loads this object (--so_filename) and calls it for every system call, packet and look at the clock. Each call becomes a
 * request over a Unix socket to the harness (the ShimServer class), which owns the engine and its clock. Time stands still unless packetdrill
 * sleeps or waits for a packet; looking at the clock costs a microsecond, so that its spinning ends.
 *
 * The object is preloaded too (LD_PRELOAD), for what packetdrill does past its interface: getsockopt for its code blocks, system() for the
 * shell commands of a script (the harness reads them; nothing is run, nothing of this machine is changed), waiting for the real clock's ticks.
 *
 * Threads: packetdrill makes calls that may block in a second thread. Each thread has its own connection; a lock is held until the harness
 * has answered or said that the answer will take its time, so requests arrive in the order in which they were made.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* The table packetdrill wants to be filled: one function pointer a slot, in this order. */
struct calls {
    void *context;
    void (*done)(void *);
    int (*socket)(void *, int, int, int);
    int (*bind)(void *, int, const struct sockaddr *, socklen_t);
    int (*listen)(void *, int, int);
    int (*accept)(void *, int, struct sockaddr *, socklen_t *);
    int (*connect)(void *, int, const struct sockaddr *, socklen_t);
    ssize_t (*read)(void *, int, void *, size_t);
    ssize_t (*readv)(void *, int, const struct iovec *, int);
    ssize_t (*recv)(void *, int, void *, size_t, int);
    ssize_t (*recvfrom)(void *, int, void *, size_t, int, struct sockaddr *, socklen_t *);
    ssize_t (*recvmsg)(void *, int, struct msghdr *, int);
    ssize_t (*write)(void *, int, const void *, size_t);
    ssize_t (*writev)(void *, int, const struct iovec *, int);
    ssize_t (*send)(void *, int, const void *, size_t, int);
    ssize_t (*sendto)(void *, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    ssize_t (*sendmsg)(void *, int, const struct msghdr *, int);
    int (*fcntl)(void *, int, int, ...);
    int (*ioctl)(void *, int, unsigned long, ...);
    int (*close)(void *, int);
    int (*shutdown)(void *, int, int);
    int (*getsockopt)(void *, int, int, int, void *, socklen_t *);
    int (*setsockopt)(void *, int, int, int, const void *, socklen_t);
    int (*poll)(void *, struct pollfd *, nfds_t, int);
    int (*packet_in)(void *, const void *, size_t);
    int (*packet_out)(void *, void *, size_t *, long long *);
    int (*usleep)(void *, useconds_t);
    int (*gettimeofday)(void *, struct timeval *, struct timezone *);
    int (*epoll_create)(void *, int);
    int (*epoll_ctl)(void *, int, int, int, struct epoll_event *);
    int (*epoll_wait)(void *, int, struct epoll_event *, int, int);
    int (*pipe)(void *, int[2]);
    int (*splice)(void *, int, loff_t *, int, loff_t *, size_t, unsigned int);
};

/* Requests; the harness has the same numbers. */
enum {
    START = 1, SOCKET, BIND, LISTEN, ACCEPT, CONNECT, READ, WRITE, CLOSE, SHUTDOWN, GET_OPTION, SET_OPTION, POLL, SET_FLAGS, UNREAD,
    PACKET_IN, PACKET_OUT, ADVANCE, COMMAND
};

struct request { int32_t what, length; int64_t now, a, b, c; };
struct answer { int32_t pending, length; int64_t result, now; };

static _Atomic int64_t now; /* microseconds */
static pthread_t main_thread;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static __thread int connection = -1;
static __thread int64_t returned_at; /* when a call that had to wait returned; the next look at the clock wants to know. Else 0 */

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    fflush(NULL);
    _exit(1);
}

static void transfer(int out, void *data, size_t length) {
    for (char *at = data; length > 0;) {
        ssize_t n = out ? send(connection, at, length, MSG_NOSIGNAL) : recv(connection, at, length, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) fail("the harness has gone");
        at += n;
        length -= n;
    }
}

static void open_connection(void) {
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    const char *path = getenv("SLUICE_PACKET_SCRIPT");
    if (!path || strlen(path) >= sizeof where.sun_path) fail("SLUICE_PACKET_SCRIPT must name the harness's socket");
    strcpy(where.sun_path, path);
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&where, sizeof where)) fail("can't reach the harness");
}

static int64_t call(int what, int64_t a, int64_t b, int64_t c, const void *in, size_t length, void *out, size_t room, size_t *got) {
    int is_main = pthread_equal(pthread_self(), main_thread);
    struct answer answer;
    pthread_mutex_lock(&turn);
    if (connection < 0) open_connection();
    struct request request = {what | (is_main ? 0 : 0x100), (int32_t)length, now, a, b, c};
    transfer(1, &request, sizeof request);
    if (length) transfer(1, (void *)in, length);
    transfer(0, &answer, sizeof answer);
    pthread_mutex_unlock(&turn);
    int waited = answer.pending;
    while (answer.pending) transfer(0, &answer, sizeof answer);
    char rest[512];
    size_t kept = (size_t)answer.length < room ? (size_t)answer.length : room;
    transfer(0, out, kept);
    for (size_t left = answer.length - kept; left > 0;) {
        size_t n = left < sizeof rest ? left : sizeof rest;
        transfer(0, rest, n);
        left -= n;
    }
    if (got) *got = kept;
    if (waited) returned_at = answer.now;
    else if (answer.now > now) now = answer.now;
    if (answer.result < 0) {
        errno = (int)-answer.result;
        return -1;
    }
    return answer.result;
}

static int64_t plain(int what, int64_t a, int64_t b, int64_t c) { return call(what, a, b, c, NULL, 0, NULL, 0, NULL); }

/* A descriptor of this process stands for each socket, so that numbers are never given twice. */
static int stand_in(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

static int on_socket(void *x, int domain, int type, int protocol) {
    (void)protocol;
    int fd = stand_in();
    return plain(SOCKET, fd, domain, type) < 0 ? (close(fd), -1) : fd;
}

static int on_bind(void *x, int fd, const struct sockaddr *address, socklen_t length) {
    (void)length;
    return (int)plain(BIND, fd, ntohs(((const struct sockaddr_in *)address)->sin_port), 0);
}

static int on_listen(void *x, int fd, int backlog) { return (int)plain(LISTEN, fd, backlog, 0); }

static int on_accept(void *x, int fd, struct sockaddr *address, socklen_t *length) {
    size_t got = 0;
    int taken = stand_in();
    if (call(ACCEPT, fd, taken, 0, NULL, 0, address, *length, &got) < 0) {
        close(taken);
        return -1;
    }
    *length = got;
    return taken;
}

static int on_connect(void *x, int fd, const struct sockaddr *address, socklen_t length) {
    return (int)call(CONNECT, fd, 0, 0, address, length, NULL, 0, NULL);
}

static ssize_t on_recv(void *x, int fd, void *data, size_t room, int flags) {
    return call(READ, fd, room, flags, NULL, 0, data, room, NULL);
}

static ssize_t on_read(void *x, int fd, void *data, size_t room) { return on_recv(x, fd, data, room, 0); }

static ssize_t on_recvfrom(void *x, int fd, void *data, size_t room, int flags, struct sockaddr *from, socklen_t *length) {
    (void)from;
    (void)length;
    return on_recv(x, fd, data, room, flags);
}

static ssize_t scatter(int fd, const struct iovec *parts, int count, int flags) {
    size_t room = 0;
    for (int i = 0; i < count; i++) room += parts[i].iov_len;
    char *data = malloc(room ? room : 1);
    ssize_t n = on_recv(NULL, fd, data, room, flags);
    size_t at = 0;
    for (int i = 0; n > 0 && i < count && at < (size_t)n; i++) {
        size_t part = parts[i].iov_len < (size_t)n - at ? parts[i].iov_len : (size_t)n - at;
        memcpy(parts[i].iov_base, data + at, part);
        at += part;
    }
    free(data);
    return n;
}

static ssize_t on_readv(void *x, int fd, const struct iovec *parts, int count) { return scatter(fd, parts, count, 0); }

static ssize_t on_recvmsg(void *x, int fd, struct msghdr *message, int flags) {
    message->msg_controllen = 0;
    message->msg_flags = 0;
    return scatter(fd, message->msg_iov, message->msg_iovlen, flags);
}

static ssize_t on_send(void *x, int fd, const void *data, size_t length, int flags) {
    return call(WRITE, fd, flags, 0, data, length, NULL, 0, NULL);
}

static ssize_t on_write(void *x, int fd, const void *data, size_t length) { return on_send(x, fd, data, length, 0); }

static ssize_t on_sendto(void *x, int fd, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    (void)to;
    (void)size;
    return on_send(x, fd, data, length, flags);
}

static ssize_t gather(int fd, const struct iovec *parts, int count, int flags) {
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    char *data = malloc(length ? length : 1), *at = data;
    for (int i = 0; i < count; i++) at = mempcpy(at, parts[i].iov_base, parts[i].iov_len);
    ssize_t n = on_send(NULL, fd, data, length, flags);
    free(data);
    return n;
}

static ssize_t on_writev(void *x, int fd, const struct iovec *parts, int count) { return gather(fd, parts, count, 0); }

static ssize_t on_sendmsg(void *x, int fd, const struct msghdr *message, int flags) {
    return gather(fd, message->msg_iov, message->msg_iovlen, flags);
}

static int on_fcntl(void *x, int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    int value = command == F_SETFL ? va_arg(rest, int) : 0;
    va_end(rest);
    return command == F_SETFL ? (int)plain(SET_FLAGS, fd, value, 0) : 0;
}

static int on_ioctl(void *x, int fd, unsigned long what, ...) {
    va_list rest;
    va_start(rest, what);
    int *value = va_arg(rest, int *);
    va_end(rest);
    int64_t n = plain(UNREAD, fd, what == FIONREAD ? 0 : 1, 0);
    if (n >= 0) *value = (int)n;
    return n < 0 ? -1 : 0;
}

static int on_close(void *x, int fd) {
    int result = (int)plain(CLOSE, fd, 0, 0);
    close(fd);
    return result;
}

static int on_shutdown(void *x, int fd, int how) { return (int)plain(SHUTDOWN, fd, how, 0); }

static int on_getsockopt(void *x, int fd, int level, int name, void *value, socklen_t *length) {
    size_t got = 0;
    int result = (int)call(GET_OPTION, fd, level, name, NULL, 0, value, *length, &got);
    if (result == 0) *length = got;
    return result;
}

static int on_setsockopt(void *x, int fd, int level, int name, const void *value, socklen_t length) {
    return (int)call(SET_OPTION, fd, level, name, value, length, NULL, 0, NULL);
}

static int on_poll(void *x, struct pollfd *fds, nfds_t count, int timeout) {
    return (int)call(POLL, timeout, 0, 0, fds, count * sizeof *fds, fds, count * sizeof *fds, NULL);
}

static int on_packet_in(void *x, const void *packet, size_t length) {
    return (int)call(PACKET_IN, 0, 0, 0, packet, length, NULL, 0, NULL);
}

static int on_packet_out(void *x, void *packet, size_t *length, long long *sent_at) {
    char *space = malloc(8 + *length);
    size_t got = 0;
    if (call(PACKET_OUT, 0, 0, 0, NULL, 0, space, 8 + *length, &got) == 0) fail("the script waits for a packet, and the stack sends none");
    int64_t at;
    memcpy(&at, space, 8);
    *sent_at = at;
    *length = got - 8;
    memcpy(packet, space + 8, *length);
    free(space);
    return 0;
}

static int on_usleep(void *x, useconds_t microseconds) { return (int)plain(ADVANCE, microseconds, 0, 0); }

static int on_gettimeofday(void *x, struct timeval *tv, struct timezone *zone) {
    (void)zone;
    int64_t at = returned_at ? returned_at : now++;
    returned_at = 0;
    tv->tv_sec = at / 1000000;
    tv->tv_usec = at % 1000000;
    return 0;
}

static int unsupported(void) {
    errno = ENOSYS;
    return -1;
}

static void on_done(void *x) {}

void packetdrill_interface_init(const char *flags, struct calls *calls) {
    (void)flags;
    struct calls ours = {
        .done = on_done, .socket = on_socket, .bind = on_bind, .listen = on_listen, .accept = on_accept, .connect = on_connect,
        .read = on_read, .readv = on_readv, .recv = on_recv, .recvfrom = on_recvfrom, .recvmsg = on_recvmsg, .write = on_write,
        .writev = on_writev, .send = on_send, .sendto = on_sendto, .sendmsg = on_sendmsg, .fcntl = on_fcntl, .ioctl = on_ioctl,
        .close = on_close, .shutdown = on_shutdown, .getsockopt = on_getsockopt, .setsockopt = on_setsockopt, .poll = on_poll,
        .packet_in = on_packet_in, .packet_out = on_packet_out, .usleep = on_usleep, .gettimeofday = on_gettimeofday,
        .epoll_create = (void *)unsupported, .epoll_ctl = (void *)unsupported, .epoll_wait = (void *)unsupported,
        .pipe = (void *)unsupported, .splice = (void *)unsupported};
    *calls = ours;
    main_thread = pthread_self();
    now = plain(START, 0, 0, 0);
}

/* ---- what packetdrill does past its interface */

__attribute__((constructor)) static void loaded(void) { unsetenv("LD_PRELOAD"); }

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
    static int (*real)(int, int, int, void *, socklen_t *);
    if (connection >= 0 && fd != connection) return on_getsockopt(NULL, fd, level, name, value, length);
    if (!real) real = dlsym(RTLD_NEXT, "getsockopt");
    return real(fd, level, name, value, length);
}

int system(const char *command) {
    static int (*real)(const char *);
    const char *code = getenv("SLUICE_PACKET_SCRIPT_CODE");
    if (connection >= 0 && !(code && strncmp(command, code, strlen(code)) == 0))
        return (int)call(COMMAND, 0, 0, 0, command, strlen(command), NULL, 0, NULL) << 8;
    if (!real) real = dlsym(RTLD_NEXT, "system");
    return real(command);
}

clock_t times(struct tms *buffer) {
    static _Atomic clock_t ticks;
    if (buffer) memset(buffer, 0, sizeof *buffer);
    return ++ticks;
}

int mlockall(int flags) {
    (void)flags;
    return 0;
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param) {
    (void)pid;
    (void)policy;
    (void)param;
    return 0;
}
